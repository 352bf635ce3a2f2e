//! Many who write at once: what waits together shares a sync.

use std::time::Instant;

use super::ledgers::{Kept, open};
use super::served::{acknowledged, save, serve};
use super::{Made, Outcome, Sizes, new_firm, submit};
use crate::client::Client;
use crate::report::{Report, verdict};
use crate::statistics::median;

/// Acknowledged writes a second that are promised, at least.
const PROMISED_RATE: f64 = 3_000.0;
/// Clients over HTTP.
const CLIENTS: [usize; 2] = [64, 256];
/// Submitters in the same process.
const SUBMITTERS: usize = 256;
/// Writes of the baseline, one after the other.
const ALONE: usize = 500;
/// Times that each is measured, in turn.
const TIMES: usize = 5;

/// Writes a second of so many writers, each `each` writes with its own `writer`.
fn rate<W: FnMut(usize) -> Outcome<()> + Send>(mut writers: Vec<W>, each: usize) -> Outcome<f64> {
    let all = writers.len() * each;
    let started = Instant::now();
    let failed = std::thread::scope(|scope| {
        let work = |writer: &mut W| (0..each).try_for_each(&mut *writer).map_err(|error| error.to_string());
        let threads: Vec<_> = writers.iter_mut().map(|writer| scope.spawn(move || work(writer))).collect();
        let joined =
            threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| Err("a writer panicked".into())));
        joined.filter_map(Result::err).next()
    });
    if let Some(failed) = failed {
        return Err(failed.into());
    }
    #[expect(clippy::cast_precision_loss, reason = "some ten thousand writes")]
    Ok(all as f64 / started.elapsed().as_secs_f64())
}

fn tell(what: &str, (together, alone): (&[f64], &[f64]), syncs: &str, report: &mut Report) {
    let (many, one) = (median(together), median(alone));
    report.writing([
        what,
        &format!("{many:.0} acknowledged a second{syncs}"),
        &format!("one after the other: {one:.0} a second; ratio {:.1}", many / one),
        &format!("≥ {PROMISED_RATE:.0} a second: {}", verdict(many >= PROMISED_RATE)),
    ]);
}

/// Measure.
pub fn measure(made: &Made, token: &str, sizes: &Sizes, report: &mut Report) -> Outcome<()> {
    in_process(made, sizes, report)?;
    over_http(made, token, sizes, report)
}

fn in_process(made: &Made, sizes: &Sizes, report: &mut Report) -> Outcome<()> {
    let (engine, spent) = open(&made.store, Kept::OnDisk)?;
    let engine = &engine;
    let (mut together, mut alone, mut syncs) = (Vec::new(), Vec::new(), 0);
    let writer = |time: usize, number: usize| {
        move |write| submit(engine, new_firm(format!("示例同时录入{time}第{number}家{write}号"))).map(drop)
    };
    for time in 0..TIMES {
        alone.push(rate(vec![writer(time, SUBMITTERS)], ALONE)?);
        let before = spent.appends();
        together.push(rate((0..SUBMITTERS).map(|number| writer(time, number)).collect(), sizes.each)?);
        syncs += spent.appends() - before;
    }
    let writes = SUBMITTERS * sizes.each * TIMES;
    let told = format!(", {writes} writes in {syncs} syncs");
    tell(&format!("{SUBMITTERS} submitters in one process"), (&together, &alone), &told, report);
    Ok(())
}

fn over_http(made: &Made, token: &str, sizes: &Sizes, report: &mut Report) -> Outcome<()> {
    let server = serve(&made.store)?;
    let address = server.address;
    let writer = |time: usize, number: usize| -> Outcome<_> {
        let mut client = Client::connect(address)?;
        Ok(move |write: usize| {
            acknowledged(&mut client, &save(token, &format!("示例网上同时{time}第{number}家{write}号")))
        })
    };
    for clients in CLIENTS {
        let (mut together, mut alone) = (Vec::new(), Vec::new());
        for time in 0..TIMES {
            alone.push(rate(vec![writer(clients * 100 + time, clients)?], ALONE)?);
            let all = (0..clients).map(|number| writer(clients * 100 + time, number)).collect::<Outcome<Vec<_>>>()?;
            together.push(rate(all, sizes.each)?);
        }
        tell(&format!("{clients} clients over HTTP"), (&together, &alone), "", report);
    }
    Ok(())
}
