//! Ctrl-C and SIGTERM during long work: a flag that the work looks at between two steps, so that
//! it can clear away what it has begun.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::signal::unix::{SignalKind, signal};

/// Whether somebody has said stop.
#[derive(Clone, Debug, Default)]
pub struct Interrupt {
    said: Arc<AtomicBool>,
}

impl Interrupt {
    /// From now on, Ctrl-C and SIGTERM raise the flag and end nothing by themselves.
    pub fn watch() -> io::Result<Self> {
        let interrupt = Self::default();
        let said = Arc::clone(&interrupt.said);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (mut ctrl_c, mut terminate) = {
            let _inside = runtime.enter();
            (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?)
        };
        // It waits for a signal until the program ends.
        std::thread::spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    _ = ctrl_c.recv() => {}
                    _ = terminate.recv() => {}
                }
            });
            said.store(true, Ordering::Relaxed);
        });
        Ok(interrupt)
    }

    /// Has somebody said stop?
    pub fn is_said(&self) -> bool {
        self.said.load(Ordering::Relaxed)
    }
}
