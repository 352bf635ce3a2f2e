//! Every measure against its formula, on small networks of all sorts.

use innograph::network::layer::{Direction, Layer};
use innograph::network::measures::bfs::{self, Length, UNREACHED};
use innograph::network::measures::pagerank::{self, Shares, Walk};
use innograph::network::measures::removal::{self, Order};
use innograph::network::measures::{
    assortativity, betweenness, brokerage, centralisation, closeness, clustering, components, concentration, core,
    core_periphery, cuts, degree, density, dynamics, e_i, holes, labels, neighbours, new_ties, paths, triangles,
};
use innograph::network::work::Work;

use super::drawn::{self, Drawn};
use super::oracle::{self, Table, degree as ties_of, divided, tied};

const NETWORKS: u64 = 400;

fn each(check: impl Fn(&Drawn, &Layer, &Work<'_>)) {
    for drawn in drawn::all(NETWORKS) {
        check(&drawn, &drawn.layer, &Work::unbounded());
    }
}

fn some(values: Vec<f64>) -> Vec<Option<f64>> {
    values.into_iter().map(Some).collect()
}

#[test]
fn degree_strength_and_density() {
    each(|drawn, layer, work| {
        let (n, flat) = (drawn.nodes(), drawn.flat());
        let degrees = degree::degrees(layer, work).unwrap().into_iter().map(|d| Some(f64::from(d))).collect::<Vec<_>>();
        drawn.close_each("degree", &some((0..n).map(|i| ties_of(&flat, i) as f64).collect()), &degrees);
        let strengths = some(degree::strengths(layer, work).unwrap());
        drawn.close_each("strength", &some(flat.iter().map(|row| row.iter().sum()).collect()), &strengths);
        let ties = drawn.table.iter().flatten().filter(|weight| **weight > 0.0).count() as f64;
        // Both counts take each tie without direction twice.
        drawn.close("density", divided(ties, (n * n.saturating_sub(1)) as f64), density::density(layer));
    });
}

#[test]
fn two_mode_density_counts_pairs_across() {
    let layer = Layer::new(5, Direction::Undirected, &[(0, 3, 1.0), (1, 3, 1.0), (2, 4, 1.0)]).unwrap();
    let layer = layer.two_mode(vec![false, false, false, true, true]);
    assert_eq!(density::density(&layer), Some(0.5));
    let one_sided = Layer::new(2, Direction::Undirected, &[]).unwrap().two_mode(vec![false, false]);
    assert_eq!(density::density(&one_sided), None);
}

#[test]
fn components_weak_and_strong() {
    each(|drawn, layer, work| {
        let weak = components::weak(layer, work).unwrap();
        let expected: Vec<u32> = oracle::pieces(&drawn.flat()).into_iter().map(|name| name as u32).collect();
        assert_eq!(weak, expected, "{}", drawn.name);
        let d = oracle::distances(&drawn.table, |_| 1.0);
        let both = |i: usize, j: usize| d[i][j].is_finite() && d[j][i].is_finite();
        let expected: Vec<u32> =
            (0..drawn.nodes()).map(|i| (0..drawn.nodes()).find(|j| both(i, *j)).unwrap() as u32).collect();
        assert_eq!(components::strong(layer, work).unwrap(), expected, "{}", drawn.name);
    });
}

#[test]
fn steps_and_lengths() {
    each(|drawn, layer, work| {
        let hops = oracle::distances(&drawn.table, |_| 1.0);
        let far = oracle::distances(&drawn.table, |weight| 1.0 / weight);
        for first in 0..drawn.nodes() {
            let steps = bfs::steps(layer, first as u32, work).unwrap();
            let steps = steps.into_iter().map(|d| if d == UNREACHED { f64::INFINITY } else { f64::from(d) });
            assert!(steps.zip(&hops[first]).all(|(got, expected)| got.total_cmp(expected).is_eq()), "{}", drawn.name);
            let lengths = bfs::lengths(layer, first as u32, Length::Inverse, work).unwrap();
            let same =
                |(got, expected): (&f64, &f64)| got.total_cmp(expected).is_eq() || (got - expected).abs() < 1e-12;
            assert!(lengths.iter().zip(&far[first]).all(same), "{}", drawn.name);
        }
    });
}

#[test]
fn pagerank_solves_its_equations() {
    each(|drawn, layer, work| {
        let n = drawn.nodes();
        let even = vec![1.0 / n as f64; n];
        let walk = Walk::default();
        let expected = some(oracle::pagerank(&drawn.table, &even, 0.85));
        drawn.close_each("pagerank", &expected, &some(pagerank::pagerank(layer, &walk, work).unwrap()));
        let flat: Vec<Vec<f64>> = drawn
            .table
            .iter()
            .map(|row| row.iter().map(|weight| f64::from(u8::from(*weight > 0.0))).collect())
            .collect();
        let equal = Walk { shares: Shares::Equal, damping: 0.6, ..Walk::default() };
        let expected = some(oracle::pagerank(&flat, &even, 0.6));
        drawn.close_each("equal shares", &expected, &some(pagerank::pagerank(layer, &equal, work).unwrap()));
        let mut home = vec![0.0; n];
        if let Some(first) = home.first_mut() {
            *first = 1.0;
        }
        let expected = some(oracle::pagerank(&drawn.table, &home, 0.85));
        let personal = Walk { home: Some(home), ..Walk::default() };
        drawn.close_each("personal", &expected, &some(pagerank::pagerank(layer, &personal, work).unwrap()));
    });
}

#[test]
fn betweenness_counts_ways() {
    each(|drawn, layer, work| {
        let ways = |length: &dyn Fn(f64) -> f64| oracle::betweenness(&drawn.table, drawn.directed, length);
        let hops = some(betweenness::exact(layer, Length::Step, work).unwrap());
        drawn.close_each("betweenness", &ways(&|_| 1.0), &hops);
        let weighed = some(betweenness::exact(layer, Length::Inverse, work).unwrap());
        drawn.close_each("by weight", &ways(&|weight| 1.0 / weight), &weighed);
        for pivots in 0..=drawn.nodes() {
            let sample = betweenness::sampled(layer, pivots, 5, 0.9, work).unwrap();
            let furthest = sample.values.iter().zip(&hops).map(|(value, exact)| (value - exact.unwrap()).abs());
            assert!(furthest.fold(0.0, f64::max) <= sample.error + 1e-9, "{pivots} of {}", drawn.name);
        }
    });
}

#[test]
fn closeness_paths_and_efficiency() {
    each(|drawn, layer, work| {
        let (n, flat) = (drawn.nodes(), drawn.flat());
        let d = oracle::distances(&drawn.table, |_| 1.0);
        let near = |i: usize| (0..n).filter(|j| *j != i).map(|j| 1.0 / d[i][j]).sum::<f64>();
        let expected: Vec<Option<f64>> = (0..n).map(|i| divided(near(i), n as f64 - 1.0)).collect();
        drawn.close_each("closeness", &expected, &closeness::closeness(layer, work).unwrap());
        drawn.close("efficiency", oracle::efficiency(&flat), paths::efficiency(layer, work).unwrap());
        let part = oracle::largest(&flat);
        let d = oracle::distances(&flat, |_| 1.0);
        let all: Vec<f64> = part.iter().flat_map(|i| part.iter().map(|j| d[*i][*j])).collect();
        let ways = paths::ways(layer, work).unwrap();
        let pairs = (part.len() * part.len().saturating_sub(1)) as f64;
        drawn.close("mean path", divided(all.iter().sum(), pairs), ways.mean);
        let longest = all.iter().copied().fold(0.0, f64::max);
        drawn.close("diameter", (longest > 0.0).then_some(longest), ways.longest.map(|longest| longest as f64));
    });
}

/// Everybody's best part: over all sets of nodes, the least degree within.
fn cores(flat: &Table) -> Vec<u32> {
    let n = flat.len();
    let mut best = vec![0; n];
    for set in 1u32..1 << n {
        let inside = |i: &usize| set >> i & 1 == 1;
        let least = (0..n).filter(inside).map(|i| (0..n).filter(inside).filter(|j| tied(flat, i, *j)).count()).min();
        for i in (0..n).filter(inside) {
            best[i] = best[i].max(least.expect("sound") as u32);
        }
    }
    best
}

#[test]
fn cores_triangles_and_clustering() {
    each(|drawn, layer, work| {
        let (n, flat) = (drawn.nodes(), drawn.flat());
        assert_eq!(core::core_numbers(layer, work).unwrap(), cores(&flat), "{}", drawn.name);
        let partners = |i: usize| (0..n).filter(|j| tied(&flat, i, *j)).collect::<Vec<_>>();
        let closed = |i: usize| {
            let partners = partners(i);
            let pairs = partners.iter().flat_map(|j| partners.iter().map(move |k| (*j, *k)));
            pairs.filter(|(j, k)| j < k && tied(&flat, *j, *k)).count() as u64
        };
        let counts: Vec<u64> = (0..n).map(closed).collect();
        assert_eq!(triangles::triangles(layer, work).unwrap(), counts, "{}", drawn.name);
        let triples: usize = (0..n).map(|i| partners(i).len() * partners(i).len().saturating_sub(1) / 2).sum();
        let expected = divided(counts.iter().sum::<u64>() as f64, triples as f64);
        drawn.close("transitivity", expected, clustering::transitivity(layer, work).unwrap());
        let local = |i: usize| {
            let partners = partners(i);
            let among = partners.iter().flat_map(|j| partners.iter().map(move |k| (*j, *k)));
            let ties = among.filter(|(j, k)| j != k && tied(&drawn.table, *j, *k)).count();
            divided(ties as f64, (partners.len() * partners.len().saturating_sub(1)) as f64)
        };
        let expected: Vec<Option<f64>> = (0..n).map(local).collect();
        drawn.close_each("clustering", &expected, &clustering::local(layer, work).unwrap());
    });
}

#[test]
fn assortativity_and_ties_across_groups() {
    each(|drawn, layer, work| {
        let n = drawn.nodes();
        let arcs: Vec<(usize, usize)> =
            (0..n).flat_map(|i| (0..n).map(move |j| (i, j))).filter(|(i, j)| tied(&drawn.table, *i, *j)).collect();
        let out = |i: usize| (0..n).filter(|j| tied(&drawn.table, i, *j)).count() as f64;
        let into = |i: usize| (0..n).filter(|j| tied(&drawn.table, *j, i)).count() as f64;
        let pairs: Vec<(f64, f64)> = arcs.iter().map(|(i, j)| (out(*i), into(*j))).collect();
        drawn.close("assortativity", oracle::correlation(&pairs), assortativity::by_degree(layer, work).unwrap());
        let groups = drawn.groups();
        let known: Vec<(u32, u32)> = arcs.iter().filter_map(|(i, j)| Some((groups[*i]?, groups[*j]?))).collect();
        let share = |test: &dyn Fn(&(u32, u32)) -> bool| {
            known.iter().filter(|arc| test(arc)).count() as f64 / known.len() as f64
        };
        let within = share(&|arc| arc.0 == arc.1);
        let expected: f64 = (0..3).map(|g| share(&|arc| arc.0 == g) * share(&|arc| arc.1 == g)).sum();
        let by_group = assortativity::by_group(layer, &groups, work).unwrap();
        let known_any = !known.is_empty() && 1.0 - expected > 1e-9;
        drawn.close("by group", known_any.then(|| (within - expected) / (1.0 - expected)), by_group);

        let flat = drawn.flat();
        let (whole, each) = e_i::across_within(layer, &groups, work).unwrap();
        let once = arcs.iter().filter(|(i, j)| drawn.directed || i < j);
        let counted = |across: bool| {
            let known = once.clone().filter_map(|(i, j)| Some((groups[*i]?, groups[*j]?)));
            known.filter(|(one, other)| (one != other) == across).count()
        };
        assert_eq!((whole.across, whole.within), (counted(true), counted(false)), "{}", drawn.name);
        for i in 0..n {
            let partners = (0..n).filter(|j| tied(&flat, i, *j));
            let known: Vec<bool> = partners.filter_map(|j| Some(groups[i]? == groups[j]?)).collect();
            let inner = known.iter().filter(|within| **within).count() as f64;
            let outer = known.len() as f64 - inner;
            drawn.close("E–I", divided(outer - inner, outer + inner), each[i].index());
        }
    });
}

#[test]
fn centralisation_and_concentration() {
    each(|drawn, layer, work| {
        let (n, flat) = (drawn.nodes() as f64, drawn.flat());
        let degrees: Vec<f64> = (0..drawn.nodes()).map(|i| ties_of(&flat, i) as f64).collect();
        let short = |values: &[f64]| {
            let most = values.iter().copied().fold(0.0, f64::max);
            values.iter().map(|value| most - value).sum::<f64>()
        };
        let star = |under: f64, over: f64| if n < 3.0 { None } else { Some(over / under) };
        let expected = star((n - 1.0) * (n - 2.0), short(&degrees));
        drawn.close("degree", expected, centralisation::by_degree(layer, work).unwrap());
        let ways: Vec<f64> = oracle::betweenness(&flat, false, &|_| 1.0).into_iter().flatten().collect();
        let expected = star((n - 1.0).powi(2) * (n - 2.0) / 2.0, short(&ways));
        drawn.close("betweenness", expected, centralisation::by_betweenness(layer, work).unwrap());
        let strengths: Vec<f64> = flat.iter().map(|row| row.iter().sum()).collect();
        let all: f64 = strengths.iter().sum();
        let squares: f64 = strengths.iter().map(|strength| (strength / all).powi(2)).sum();
        drawn.close("HHI", (all > 0.0).then_some(squares), concentration::hhi(&strengths));
    });
}

/// Correlation of the ties with “either is in the core”, over all pairs.
fn core_fit(flat: &Table, set: u32) -> Option<f64> {
    let n = flat.len();
    let inside = |i: usize| set >> i & 1 == 1;
    let pairs = (0..n).flat_map(|i| (i + 1..n).map(move |j| (i, j)));
    let pairs =
        pairs.map(|(i, j)| (f64::from(u8::from(tied(flat, i, j))), f64::from(u8::from(inside(i) || inside(j)))));
    oracle::correlation(&pairs.collect::<Vec<_>>())
}

#[test]
fn core_and_periphery_fit_best() {
    each(|drawn, layer, work| {
        let flat = drawn.flat();
        let fits = (1u32..1 << drawn.nodes()).filter_map(|set| core_fit(&flat, set));
        let best = fits.fold(None, |best: Option<f64>, fit| Some(best.map_or(fit, |best| best.max(fit))));
        let found = core_periphery::core_periphery(layer, work).unwrap();
        drawn.close("fit", best, found.as_ref().map(|found| found.fit));
        if let Some(found) = found {
            let set = found.core.iter().rev().fold(0, |set, core| set << 1 | u32::from(*core));
            drawn.close("fit of the core given", core_fit(&flat, set), Some(found.fit));
            drawn.close("fit", core_periphery::fit(layer, &found.core), Some(found.fit));
        }
    });
}

#[test]
fn structural_holes() {
    each(|drawn, layer, work| {
        let (n, flat) = (drawn.nodes(), drawn.flat());
        let p = |i: usize, j: usize| flat[i][j] / flat[i].iter().sum::<f64>();
        let m = |j: usize, q: usize| flat[j][q] / flat[j].iter().copied().fold(0.0, f64::max);
        let partners = |i: usize| (0..n).filter(|j| tied(&flat, i, *j)).collect::<Vec<_>>();
        let constraint = |i: usize| {
            let others = |j: usize| partners(i).into_iter().filter(move |q| *q != j);
            let over = |j: usize| others(j).map(|q| p(i, q) * p(q, j)).sum::<f64>();
            let one = |j: &usize| (p(i, *j) + over(*j)).powi(2);
            let partners = partners(i);
            (!partners.is_empty()).then(|| partners.iter().map(one).sum())
        };
        let expected: Vec<Option<f64>> = (0..n).map(constraint).collect();
        drawn.close_each("constraint", &expected, &holes::constraint(layer, work).unwrap());
        let size = |i: usize| {
            let shared = |j: usize| (0..n).filter(|q| *q != i && *q != j).map(|q| p(i, q) * m(j, q)).sum::<f64>();
            let partners = partners(i);
            (!partners.is_empty()).then(|| partners.iter().map(|j| 1.0 - shared(*j)).sum())
        };
        let expected: Vec<Option<f64>> = (0..n).map(size).collect();
        drawn.close_each("effective size", &expected, &holes::effective_size(layer, work).unwrap());
    });
}

#[test]
fn brokers_stand_in_open_paths() {
    each(|drawn, layer, work| {
        let (n, groups) = (drawn.nodes(), drawn.groups());
        let mut expected = vec![[0u64; 5]; n];
        for a in 0..n {
            for b in 0..n {
                for c in 0..n {
                    let open =
                        a != c && tied(&drawn.table, a, b) && tied(&drawn.table, b, c) && !tied(&drawn.table, a, c);
                    let (true, Some(ga), Some(gb), Some(gc)) = (open, groups[a], groups[b], groups[c]) else {
                        continue;
                    };
                    let role = match () {
                        () if ga == gb && gb == gc => 0,
                        () if ga == gc => 1,
                        () if gb == gc => 2,
                        () if ga == gb => 3,
                        () => 4,
                    };
                    expected[b][role] += 1;
                }
            }
        }
        let found = brokerage::brokerage(layer, &groups, work).unwrap();
        let found: Vec<[u64; 5]> = found
            .iter()
            .map(|roles| [roles.coordinator, roles.consultant, roles.gatekeeper, roles.representative, roles.liaison])
            .collect();
        assert_eq!(found, expected, "{}", drawn.name);
    });
}

#[test]
fn cuts_are_where_pieces_grow() {
    each(|drawn, layer, work| {
        let (n, flat) = (drawn.nodes(), drawn.flat());
        let pieces = oracle::pieces(&flat);
        let found = cuts::cuts(layer, work).unwrap();
        let mut nodes = Vec::new();
        for i in 0..n {
            let mut cut = flat.clone();
            (0..n).for_each(|j| (cut[i][j], cut[j][i]) = (0.0, 0.0));
            let after = oracle::pieces(&cut);
            let home: Vec<usize> = (0..n).filter(|j| *j != i && pieces[*j] == pieces[i]).collect();
            let parts: Vec<usize> = home.iter().map(|j| after[*j]).collect();
            if oracle::count(&parts) > 1 {
                let most = parts.iter().map(|name| parts.iter().filter(|other| *other == name).count()).max().unwrap();
                nodes.push((i as u32, oracle::count(&parts), home.len() - most));
            }
        }
        let got: Vec<_> = found.articulations.iter().map(|cut| (cut.node, cut.pieces, cut.cut_off)).collect();
        assert_eq!(got, nodes, "{}", drawn.name);
        let mut ties = Vec::new();
        for i in 0..n {
            for j in i + 1..n {
                let mut cut = flat.clone();
                (cut[i][j], cut[j][i]) = (0.0, 0.0);
                let after = oracle::pieces(&cut);
                if tied(&flat, i, j) && after[i] != after[j] {
                    let size = |end: usize| after.iter().filter(|name| **name == after[end]).count();
                    ties.push(((i as u32, j as u32), size(i).min(size(j))));
                }
            }
        }
        let got: Vec<_> = found.bridges.iter().map(|cut| (cut.ends, cut.cut_off)).collect();
        assert_eq!(got, ties, "{}", drawn.name);
    });
}

#[test]
fn removal_is_recounted_at_every_step() {
    each(|drawn, layer, work| {
        let flat = drawn.flat();
        let n = drawn.nodes();
        for order in [Order::Degree, Order::Betweenness, Order::Random(9)] {
            let gone = removal::order(layer, order, work).unwrap();
            let mut sorted = gone.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, (0..n as u32).collect::<Vec<_>>());
            let curve = removal::curve(layer, &gone, work).unwrap();
            let whole = oracle::largest(&flat).len() as f64;
            let left = |k: usize| {
                let gone: Vec<usize> = gone[..k].iter().map(|node| *node as usize).collect();
                oracle::largest(&oracle::without(&flat, &gone)).len() as f64
            };
            let expected: Vec<Option<f64>> = (0..=n).filter_map(|k| divided(left(k), whole)).map(Some).collect();
            drawn.close_each("curve", &expected, &some(curve));
        }
        let gone: Vec<u32> = (0..n as u32).filter(|node| node % 3 == 0).collect();
        let loss = removal::without(layer, &gone, work).unwrap();
        let rest = oracle::without(&flat, &gone.iter().map(|node| *node as usize).collect::<Vec<_>>());
        let largest = |table: &Table| oracle::largest(table).len() as f64;
        drawn.close("share left", divided(largest(&rest), largest(&flat)), loss.largest_share);
        drawn.close("before", oracle::efficiency(&flat), loss.efficiency.0);
        drawn.close("after", oracle::efficiency(&rest), loss.efficiency.1);
        let count = |table: &Table| oracle::count(&oracle::pieces(table));
        assert_eq!(loss.components, (count(&flat), count(&rest)));
        let kept: Vec<usize> = (0..n).filter(|node| node % 3 != 0).collect();
        let (before, after) = (oracle::pieces(&flat), oracle::pieces(&rest));
        let mut cut_off = Vec::new();
        for (place, node) in kept.iter().enumerate() {
            let fellows: Vec<usize> = (0..kept.len()).filter(|other| before[kept[*other]] == before[*node]).collect();
            let size = |name: usize| fellows.iter().filter(|other| after[**other] == name).count();
            let mut main = after[fellows[0]];
            for other in &fellows {
                if size(after[*other]) > size(main) {
                    main = after[*other];
                }
            }
            let touched = gone.iter().any(|gone| before[*gone as usize] == before[*node]);
            if touched && after[place] != main {
                cut_off.push(*node as u32);
            }
        }
        assert_eq!(loss.cut_off, cut_off, "{}", drawn.name);
    });
}

#[test]
fn new_ties_gain_what_a_recount_says() {
    each(|drawn, layer, work| {
        let (n, flat) = (drawn.nodes(), drawn.flat());
        let all: Vec<(u32, u32)> = (0..n as u32).flat_map(|i| (0..n as u32).map(move |j| (j, i))).collect();
        let found = new_ties::new_ties(layer, &all, usize::MAX, work).unwrap();
        let open = (0..n).flat_map(|i| (i + 1..n).map(move |j| (i, j))).filter(|(i, j)| !tied(&flat, *i, *j)).count();
        assert_eq!(found.len(), open, "{}", drawn.name);
        for tie in &found {
            let (i, j) = (tie.ends.0 as usize, tie.ends.1 as usize);
            let mut more = flat.clone();
            (more[i][j], more[j][i]) = (1.0, 1.0);
            let gain = oracle::efficiency(&more).unwrap() - oracle::efficiency(&flat).unwrap();
            drawn.close("gain", Some(gain), Some(tie.gain));
            let reach = |table: &Table| {
                let d = oracle::distances(table, |_| 1.0);
                (0..n).flat_map(|i| (i + 1..n).map(move |j| (i, j))).filter(|(i, j)| d[*i][*j].is_finite()).count()
            };
            assert_eq!(tie.joined as usize, reach(&more) - reach(&flat), "{}", drawn.name);
        }
        assert!(found.is_sorted_by(|one, other| one.gain >= other.gain - 1e-11), "{}", drawn.name);
    });
}

#[test]
fn shared_partners() {
    each(|drawn, layer, _| {
        let (n, flat) = (drawn.nodes(), drawn.flat());
        let plain = layer.undirected();
        for i in 0..n {
            for j in (0..n).filter(|j| *j != i) {
                let near = neighbours::nearness(&plain, i as u32, j as u32);
                let both: Vec<usize> = (0..n).filter(|z| tied(&flat, i, *z) && tied(&flat, j, *z)).collect();
                let either = (0..n).filter(|z| tied(&flat, i, *z) || tied(&flat, j, *z)).count();
                assert_eq!(near.common, both.len());
                let sum = |f: &dyn Fn(f64) -> f64| Some(both.iter().map(|z| f(ties_of(&flat, *z) as f64)).sum());
                drawn.close("AA", sum(&|d| 1.0 / d.ln()), Some(near.adamic_adar));
                drawn.close("RA", sum(&|d| 1.0 / d), Some(near.resource_allocation));
                let jaccard = divided(both.len() as f64, either as f64).unwrap_or(0.0);
                drawn.close("Jaccard", Some(jaccard), Some(near.jaccard));
            }
        }
    });
}

#[test]
fn ties_come_stay_and_go() {
    for seed in 0..200 {
        let (one, other) = (drawn::one(2 * seed), drawn::one(2 * seed + 1));
        if one.nodes() != other.nodes() || one.directed != other.directed {
            continue;
        }
        let n = one.nodes();
        let all = (0..n).flat_map(|i| (0..n).map(move |j| (i, j))).filter(|(i, j)| one.directed || i < j);
        let chosen = |before: bool, after: bool| {
            let with =
                all.clone().filter(|(i, j)| tied(&one.table, *i, *j) == before && tied(&other.table, *i, *j) == after);
            with.map(|(i, j)| (i as u32, j as u32)).collect::<Vec<_>>()
        };
        let found = dynamics::dynamics(&one.layer, &other.layer, &Work::unbounded()).unwrap();
        assert_eq!(
            (&found.new, &found.kept, &found.lost),
            (&chosen(false, true), &chosen(true, true), &chosen(true, false))
        );
        let any = found.new.len() + found.kept.len() + found.lost.len();
        one.close("stability", divided(found.kept.len() as f64, any as f64), found.stability());
    }
}

#[test]
fn labels_spread_as_written() {
    each(|drawn, layer, work| {
        let n = drawn.nodes();
        let mut label: Vec<usize> = (0..n).collect();
        for round in 0..4 {
            let found = labels::labels(layer, round, work).unwrap();
            assert_eq!(found, label.iter().map(|label| *label as u32).collect::<Vec<_>>(), "{}", drawn.name);
            let most = |i: usize| {
                let vote = |j: usize| {
                    usize::from(tied(&drawn.table, i, j)) + usize::from(drawn.directed && tied(&drawn.table, j, i))
                };
                let votes = |name: usize| (0..n).filter(|j| label[*j] == name).map(vote).sum::<usize>();
                let best = (0..n).map(votes).max().unwrap();
                if best == 0 { label[i] } else { (0..n).find(|name| votes(*name) == best).unwrap() }
            };
            label = (0..n).map(most).collect();
        }
    });
}
