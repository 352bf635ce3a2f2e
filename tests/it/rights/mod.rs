//! Rights, from outside: what nobody may see changes nothing of what they are told, and who may not
//! write writes nothing.

mod asking;
mod hidden;
mod interference;
mod leaks;
mod matrix;
mod people;
mod probes;
mod standing;
pub mod stores;
mod writing;
