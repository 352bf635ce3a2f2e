//! The files of a city and their columns: those of the import format that are filled, and those of the
//! truth, which nothing imports.

/// File and columns, in the order of the cells.
pub static FILES: &[(&str, &str)] = &[
    ("achievements.csv", "key,nameZh,kind,abstract,keywords,ipClass,trl,stage,level,date,offer,price,source"),
    ("activities.csv", "key,host,kind,title,date,attendees,results,topic,source"),
    ("alliances.csv", "key,nameZh,kind,level,foundedOn,agreementEnd,goalsText,source"),
    (
        "applications.csv",
        "key,organization,scheme,batch,windowFrom,windowTo,stage,result,submittedOn,decidedOn,reason,submittedBy,source",
    ),
    (
        "carrier_figures.csv",
        "key,carrier,year,figuresBasis,area,seats,incubatees,graduates,newIncubatees,fundSize,grade,source",
    ),
    ("carriers.csv", "key,nameZh,kind,level,area,seats,foundedOn,descriptionText,source"),
    (
        "certifications.csv",
        "key,holder,scheme,certNo,batch,authority,docNo,issuedOn,announcedOn,validFrom,validTo,status,revokedFrom,criteriaVersion,supersedes,source",
    ),
    ("classified_as.csv", "key,from,to,primary,weight,classificationBasis,source"),
    ("cluster_figures.csv", "key,cluster,year,figuresBasis,output,members,highTechMembers,source"),
    ("clusters.csv", "key,nameZh,kind,level,recognizedOn,scaleClass,membershipRule,descriptionText,source"),
    (
        "collaborations.csv",
        "key,nameZh,kind,signedOn,start,end,amount,technicalAmount,programme,level,stage,status,descriptionText,outcome,source",
    ),
    ("criteria.csv", "key,scheme,setVersion,number,textZh,kind,expression,threshold,unit,comparator,source"),
    ("criterion_sets.csv", "key,scheme,setVersion,docNo,title,validFrom,validTo,source"),
    (
        "demands.csv",
        "key,nameZh,kind,problem,indicators,targetTrl,budget,publishedOn,deadline,cooperation,visibility,status,source",
    ),
    (
        "enterprises.csv",
        "key,nameZh,legalForm,status,isLegalPerson,registeredOn,registeredCapital,mainProducts,scopeText,listedBoard,listedOn,address,origin,agreesToApps,source",
    ),
    ("financings.csv", "key,enterprise,instrument,amount,date,round,source"),
    ("funded.csv", "key,from,to,since,until,instrument,amount,round,source"),
    ("funds.csv", "key,nameZh,kind,size,ticketMin,ticketMax,stages,foundedOn,expiresOn,descriptionText,source"),
    ("has_achievement.csv", "key,from,to,rank,roleText,source"),
    ("has_demand.csv", "key,from,to,rank,roleText,source"),
    ("honors.csv", "key,holder,kind,title,level,amount,grantedOn,paidOn,scheme,source"),
    ("identifiers.csv", "key,entity,scheme,value,source"),
    ("in_cluster.csv", "key,from,to,since,until,membershipBasis,role,chainTerm,source"),
    ("incubated_in.csv", "key,from,to,since,until,exit,area,source"),
    ("indicators.csv", "key,term,unit,population,formula,countBy,dateBasis,schemes,source"),
    ("institutes.csv", "key,nameZh,nameEn,kind,level,foundedOn,expertiseText,address,source"),
    ("located_in.csv", "key,from,to,role,since,until,source"),
    ("maps_to.csv", "key,from,to,mapping,source"),
    ("match_feedback.csv", "key,wish,candidate,shownOn,score,reasons,decision,rejectionReason,source"),
    ("member_of.csv", "key,from,to,since,until,role,liable,source"),
    ("names.csv", "key,entity,text,language,kind,validFrom,validTo,source"),
    ("observations.csv", "key,region,indicator,period,value,origin,population,source"),
    ("operates.csv", "key,from,to,role,source"),
    ("other_organizations.csv", "key,nameZh,kind,foundedOn,address,source"),
    ("owns.csv", "key,from,to,since,until,share,source"),
    ("part_of.csv", "key,from,to,source"),
    ("participates_in.csv", "key,from,to,role,share,source"),
    ("plans.csv", "key,term,docNo,region,issuer,validFrom,validTo,source"),
    ("platforms.csv", "key,nameZh,kind,level,openToPublic,foundedOn,descriptionText,source"),
    ("regions.csv", "key,nameZh,code,kind,standard,verified,source"),
    ("register_entries.csv", "key,organization,register,stage,exitReason,note,validFrom,validTo,source"),
    ("related_to.csv", "key,from,to,source"),
    ("reports.csv", "key,region,indicator,asOf,value,status,note,source"),
    ("serves.csv", "key,from,to,since,until,kind,outcome,source"),
    ("sources.csv", "key,kind,issuer,title,docNo,date,grade,note"),
    ("statements.csv", "key,entity,attribute,value,validFrom,source,method,basis,confidence"),
    ("succeeds.csv", "key,from,to,since,kind,source"),
    ("supplies.csv", "key,from,to,since,until,product,volumeClass,chainTerm,source"),
    ("supports.csv", "key,from,to,since,source"),
    (
        "targets.csv",
        "key,region,plan,indicator,period,comparator,floor,stretch,most,text,line,population,periodFrom,source",
    ),
    ("terms.csv", "key,nameZh,scheme,code,descriptionText,verified,source"),
    ("upstream_of.csv", "key,from,to,necessity,source"),
    ("work_items.csv", "key,subject,kind,title,department,openedOn,dueOn,doneOn,status,log,outcome,source"),
    (
        "year_figures.csv",
        "key,organization,year,figuresBasis,revenue,mainRevenue,highTechRevenue,rdExpense,rdDomestic,totalCost,netProfit,netAssets,totalAssets,staff,stStaff,ip1,ip2,newConversions,taxPaid,output,taxBenefit,seriousIncident,debts,source",
    ),
];

/// File and columns of what was planted; they lie in a folder of their own.
pub static TRUTH: &[(&str, &str)] = &[
    ("truth/communities.csv", "organization,community"),
    ("truth/misfits.csv", "organization,community,declaredCluster"),
    ("truth/hidden_partners.csv", "wish,firm,partner,achievement,thirdParty,cold"),
    ("truth/decoys.csv", "wish,candidate,kind,item"),
    ("truth/bridges.csv", "from,to"),
    ("truth/articulation_points.csv", "organization"),
    ("truth/chain_links.csv", "term,localFirms,highTechFirms,suppliesFromOutside,supplies,standing"),
    ("truth/duplicates.csv", "entry,sameAs,difference"),
    ("truth/twins.csv", "entry,other,brand"),
    ("truth/renamed.csv", "organization,formerName"),
    ("truth/ties_after_split.csv", "from,to,signedOn,isNew"),
];

/// The columns of a file; empty where there is no such file.
pub fn header(file: &str) -> &'static str {
    FILES.iter().chain(TRUTH).find(|(name, _)| *name == file).map_or("", |(_, columns)| columns)
}
