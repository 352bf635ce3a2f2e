//! What the rooms below the edge are given of the limits.

use super::Limits;
use crate::engine::{EngineLimits, PastLimits, PlanLimits};
use crate::intake;

impl Limits {
    /// Those of the engine.
    pub fn engine(&self) -> EngineLimits {
        EngineLimits {
            queue: self.write_queue,
            group: self.write_group,
            copies: self.state_copies,
            checkpoint_every: self.checkpoint_entries,
            stage_events: self.import_stage_events,
            import_wait_ms: self.import_wait_ms,
            past: PastLimits {
                states: self.past_states,
                bytes: self.past_bytes,
                changes: self.past_changes,
                wait_ms: self.past_wait_ms,
            },
        }
    }

    /// What a plan tells.
    pub fn plan(&self) -> PlanLimits {
        PlanLimits { refusals: self.import_refusals, changes: self.import_changes }
    }

    /// Those of an import.
    pub fn intake(&self) -> intake::Limits {
        intake::Limits {
            file_bytes: self.import_file_bytes,
            cell_bytes: self.import_cell_bytes,
            columns: self.import_columns,
            workbook_bytes: self.import_workbook_bytes,
            workbook_parts: self.import_workbook_parts,
            workbook_cells: self.import_workbook_cells,
            refusals: self.import_refusals,
        }
    }
}
