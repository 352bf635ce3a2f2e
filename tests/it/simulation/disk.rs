//! A disk that fails as a seed says: no room, a failed sync whose entries may or may not be there,
//! another writer who was quicker. It outlives the engine that writes to it.

use std::sync::{Arc, Mutex};

use innograph::ledger::{Head, Ledger, LedgerError, MemoryLedger, Opener, Visit};

/// What the next append meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weather {
    Fair,
    /// Nothing is written.
    Full,
    /// The sync fails; the entries are lost.
    Lost,
    /// The sync fails; the entries are there all the same.
    Kept,
    /// Somebody else writes first.
    Raced,
}

/// Makes an entry of somebody else after a head.
pub type Rival = Box<dyn FnMut(&[Vec<u8>], Head) -> Option<Vec<u8>> + Send>;

pub struct Platter {
    pub bodies: Vec<Vec<u8>>,
    pub weather: Weather,
    pub rival: Option<Rival>,
    /// Appends that were acknowledged.
    pub appends: usize,
}

/// A handle on the platter, as a ledger.
pub struct Disk {
    platter: Arc<Mutex<Platter>>,
    head: Head,
}

fn head_of(bodies: &[Vec<u8>]) -> Head {
    bodies.iter().fold(Head::EMPTY, |head, body| head.after(body))
}

impl Disk {
    pub fn over(platter: &Arc<Mutex<Platter>>) -> Self {
        let head = head_of(&platter.lock().expect("no test thread panics here").bodies);
        Self { platter: Arc::clone(platter), head }
    }
}

impl Ledger for Disk {
    fn head(&self) -> Head {
        self.head
    }

    fn at(&self, sequence: u64) -> Result<Option<Head>, LedgerError> {
        let platter = self.platter.lock().expect("no test thread panics here");
        Ok(platter.bodies.get(..usize::try_from(sequence).expect("small")).map(head_of))
    }

    fn read(&self, after: Head, visit: Visit<'_>) -> Result<Head, LedgerError> {
        let bodies = self.platter.lock().expect("no test thread panics here").bodies.clone();
        let mut head = after;
        for body in bodies.iter().skip(usize::try_from(after.sequence).expect("small")) {
            head = head.after(body);
            visit(head.sequence, body)?;
        }
        Ok(head)
    }

    fn append(&mut self, expected: Head, bodies: &[Vec<u8>]) -> Result<Head, LedgerError> {
        let mut platter = self.platter.lock().expect("no test thread panics here");
        let failed = || LedgerError::Engine { operation: "sync", file: "disk".into(), cause: "EIO".into() };
        let weather = std::mem::replace(&mut platter.weather, Weather::Fair);
        if weather == Weather::Raced
            && let Some(mut rival) = platter.rival.take()
        {
            let theirs = rival(&platter.bodies, head_of(&platter.bodies));
            platter.bodies.extend(theirs);
            platter.rival = Some(rival);
        }
        let stands_at = head_of(&platter.bodies);
        if expected != stands_at {
            self.head = stands_at;
            return Err(LedgerError::Moved { found: stands_at });
        }
        match weather {
            Weather::Full => return Err(LedgerError::Full { file: "disk".into() }),
            Weather::Lost => return Err(failed()),
            _ => {}
        }
        platter.bodies.extend(bodies.iter().cloned());
        if weather == Weather::Kept {
            return Err(failed());
        }
        platter.appends += 1;
        self.head = head_of(&platter.bodies);
        Ok(self.head)
    }

    fn opener(&self) -> Opener {
        let platter = Arc::clone(&self.platter);
        Box::new(move || {
            let mut copy = MemoryLedger::new();
            copy.append(Head::EMPTY, &platter.lock().expect("no test thread panics here").bodies)?;
            copy.reader()
        })
    }
}
