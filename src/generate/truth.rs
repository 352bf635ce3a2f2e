//! What was planted in the network: communities, bridges, articulation points. The rest of the truth
//! is written where it is planted.

use std::io;

use super::Sink;
use super::city::{City, NOWHERE};

/// Write it.
pub(super) fn write(city: &City, sink: &mut dyn Sink) -> io::Result<()> {
    for (organization, community) in city.community.iter().enumerate().filter(|(_, number)| **number != NOWHERE) {
        sink.row("truth/communities.csv", &[&city.key(organization), community])?;
    }
    for gadget in 0..city.size.gadgets {
        let first = city.size.gadget(gadget);
        let is_outside = |other: u32| !(first..first + super::city::GADGET).contains(&(other as usize));
        let second = u32::try_from(first + 1).unwrap_or(NOWHERE);
        let anchor = city.edges.list.iter().find_map(|(left, right)| match (*left, *right) {
            (left, right) if left == second && is_outside(right) => Some(right),
            (left, right) if right == second && is_outside(left) => Some(left),
            _ => None,
        });
        let Some(anchor) = anchor else { continue };
        let [one, two, far, anchor] = [first, first + 1, first + 4, anchor as usize].map(|who| city.key(who));
        sink.row("truth/bridges.csv", &[&one, &far])?;
        sink.row("truth/bridges.csv", &[&two, &anchor])?;
        for cut in [one, two, far, anchor] {
            sink.row("truth/articulation_points.csv", &[&cut])?;
        }
    }
    Ok(())
}
