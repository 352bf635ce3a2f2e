//! How many connections the process may hold: each is a descriptor, and files need some too.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Descriptors kept for the ledger, its checkpoints, and connections that are being told to end.
const RESERVE: u64 = 128;

/// Raise the soft limit of descriptors to the hard one; how many of the wanted connections fit in.
pub(super) fn connections(wanted: usize) -> usize {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    if limit.current != limit.maximum
        && let Err(error) = setrlimit(Resource::Nofile, raised)
    {
        tracing::warn!(%error, "the limit of open files could not be raised");
    }
    let fitting = fitting(wanted, getrlimit(Resource::Nofile).current);
    if fitting < wanted {
        tracing::info!(wanted, fitting, "the limit of open files leaves room for fewer connections than configured");
    }
    fitting
}

/// Half of a small limit, else all but the reserve; none is no limit.
fn fitting(wanted: usize, descriptors: Option<u64>) -> usize {
    let Some(descriptors) = descriptors else { return wanted.max(1) };
    let room = descriptors.saturating_sub(RESERVE).max(descriptors / 2);
    wanted.min(usize::try_from(room).unwrap_or(usize::MAX)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_keep_their_share() {
        assert_eq!(fitting(20_000, None), 20_000);
        assert_eq!(fitting(20_000, Some(65_536)), 20_000);
        assert_eq!(fitting(20_000, Some(1_024)), 896);
        assert_eq!(fitting(20_000, Some(100)), 50);
        assert_eq!(fitting(0, Some(1)), 1);
    }
}
