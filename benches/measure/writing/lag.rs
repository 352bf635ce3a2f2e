//! How far the search index lags behind what was acknowledged, while writes keep coming.

use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::ledgers::{Kept, open};
use super::{Made, Outcome, Sizes, new_firm, request};
use crate::report::{Report, verdict};
use crate::statistics::{median, most, p99};
use crate::store::told;

/// Milliseconds that 99 of 100 are promised to stay below.
const PROMISED_MS: f64 = 250.0;
/// A write every so often: 200 a second.
const PACE: Duration = Duration::from_millis(5);
/// Longest wait for the index at the end.
const PATIENCE: Duration = Duration::from_secs(30);

/// Measure.
pub fn measure(made: &Made, sizes: &Sizes, report: &mut Report) -> Outcome<()> {
    let (engine, _spent) = open(&made.store, Kept::OnDisk)?;
    engine.index()?;
    let indexed: Arc<Mutex<Vec<(u64, Instant)>>> = Arc::default();
    let (noted, wake) = (Arc::clone(&indexed), channel());
    engine.on_index(Box::new(move |sequence| {
        noted.lock().unwrap_or_else(PoisonError::into_inner).push((sequence, Instant::now()));
    }));
    let (tell, answers) = wake;
    let started = Instant::now();
    for number in 0..sizes.followed {
        // By the clock, not by pauses: what is late is made up for.
        let due = PACE * u32::try_from(number)?;
        sleep(due.saturating_sub(started.elapsed()));
        let tell = tell.clone();
        let command = new_firm(format!("示例检索跟随{number}号有限公司"));
        engine.submit(request(command), Box::new(move |result| drop(tell.send((result, Instant::now())))))?;
    }
    drop(tell);
    let mut acknowledged = Vec::with_capacity(sizes.followed);
    for (result, at) in answers {
        acknowledged.push((result.map_err(|error| told(&error))?.sequence, at));
    }
    let seconds = started.elapsed().as_secs_f64();
    let last = acknowledged.iter().map(|(sequence, _)| *sequence).max().unwrap_or(0);
    let waiting = Instant::now();
    let snapshot = || indexed.lock().unwrap_or_else(PoisonError::into_inner).clone();
    while snapshot().last().is_none_or(|(sequence, _)| *sequence < last) {
        if waiting.elapsed() > PATIENCE {
            return Err("the index did not come to the last write".into());
        }
        sleep(PACE);
    }
    let indexed = snapshot();
    let lag = |(sequence, at): &(u64, Instant)| {
        let shown = indexed.get(indexed.partition_point(|(reached, _)| reached < sequence));
        shown.map(|(_, shown)| shown.saturating_duration_since(*at).as_secs_f64() * 1e3)
    };
    let lags: Vec<f64> = acknowledged.iter().filter_map(lag).collect();
    #[expect(clippy::cast_precision_loss, reason = "some thousand writes")]
    let rate = lags.len() as f64 / seconds;
    report.writing([
        &format!("search behind writing, {} nodes", made.store.nodes),
        &format!(
            "median {:.1} ms, p99 {:.1} ms, most {:.1} ms at {rate:.0} writes a second; {} indexes shown",
            median(&lags),
            p99(&lags),
            most(&lags),
            indexed.len()
        ),
        "–",
        &format!("p99 ≤ {PROMISED_MS} ms: {}", verdict(p99(&lags) <= PROMISED_MS)),
    ]);
    Ok(())
}
