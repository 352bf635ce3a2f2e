//! A workbook is an archive. Before anything of it is believed, its directory is looked at and every entry
//! is inflated once into nothing, counted as it goes: bombs end here, with a buffer's worth of memory.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::Limits;
use crate::domain::unreadable::Unreadable;

/// Bytes read at a time.
const PART: usize = 64 * 1024;
/// Entries that inflate to no more than this may be as dense as they like: there is much alike in a table.
const SMALL: u64 = 1024 * 1024;
/// The most that one byte inflates to in a larger entry.
const DENSEST: u64 = 100;
/// Markup and text between two `<`, seen from the bytes of a cell: entities take up to six.
const ESCAPED: usize = 6;

const DIRECTORY_ENTRY: &[u8] = b"PK\x01\x02";
const LARGE_DIRECTORY: &[u8] = b"PK\x06\x07";

/// Is it an archive that can be opened without harm?
pub(super) fn inspect(bytes: &[u8], limits: &Limits) -> Result<(), Unreadable> {
    if bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        return Err(Unreadable::workbook(
            "它是旧格式（XLS）或加了密码，请去掉密码并另存为 XLSX",
            "it is of the older form (XLS) or under a password; take the password off and save it as XLSX",
        ));
    }
    if !bytes.starts_with(b"PK\x03\x04") {
        return Err(Unreadable::workbook(
            "它不是 XLSX 文件，请用表格软件打开后另存为 XLSX",
            "it is no XLSX file; open it in a spreadsheet and save it as XLSX",
        ));
    }
    // Counted before the directory is read: reading it takes memory for each entry.
    let entries = bytes.windows(4).filter(|window| *window == DIRECTORY_ENTRY).count();
    if entries > limits.workbook_parts {
        return Err(over(&format!("{} 个部件", limits.workbook_parts), &format!("{} parts", limits.workbook_parts)));
    }
    if bytes.windows(4).any(|window| window == LARGE_DIRECTORY) {
        return Err(damaged());
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| damaged())?;
    let mut declared = 0_u64;
    for place in 0..archive.len() {
        let entry = archive.by_index_raw(place).map_err(|_| damaged())?;
        let name = entry.name().map_err(|_| damaged())?;
        let climbs = name.split(['/', '\\']).any(|part| part == "..");
        if climbs || name.starts_with(['/', '\\']) || name.contains([':', '\0']) {
            return Err(Unreadable::workbook(
                "里面有指向别处的文件名，这不是表格软件写的，请勿使用",
                "it holds a file name that leads elsewhere; no spreadsheet wrote this, do not use it",
            ));
        }
        if entry.encrypted() {
            return Err(Unreadable::workbook("它加了密码，请去掉密码后另存", "it is under a password; take that off"));
        }
        declared = declared.saturating_add(entry.size());
        check_size(declared, limits)?;
        check_density(entry.size(), entry.compressed_size())?;
    }
    let mut inflated = 0_u64;
    for place in 0..archive.len() {
        inflated += inflate(&mut archive, place, inflated, limits)?;
    }
    Ok(())
}

/// Inflate an entry into nothing; answers how much came of it. What the directory says is not believed.
fn inflate(
    archive: &mut ZipArchive<Cursor<&[u8]>>,
    place: usize,
    before: u64,
    limits: &Limits,
) -> Result<u64, Unreadable> {
    let mut entry = archive.by_index(place).map_err(|_| damaged())?;
    let compressed = entry.compressed_size();
    let is_markup = entry.name().is_ok_and(|name| name.ends_with(".xml") || name.ends_with(".rels"));
    let (mut part, mut sum, mut run, mut shared, mut tail) = (vec![0; PART], 0_u64, 0_usize, 0_usize, Vec::new());
    loop {
        let read = entry.read(&mut part).map_err(|_| damaged())?;
        if read == 0 {
            return Ok(sum);
        }
        sum += u64::try_from(read).unwrap_or(u64::MAX);
        check_size(before.saturating_add(sum), limits)?;
        check_density(sum, compressed)?;
        if is_markup {
            run = longest_run(run, &part[..read], limits)?;
            shared += check_declarations(&mut tail, &part[..read])?;
            if shared > limits.workbook_cells {
                return Err(over(
                    &format!("{} 段文字", limits.workbook_cells),
                    &format!("{} texts", limits.workbook_cells),
                ));
            }
        }
    }
}

/// No text between two `<` is longer than a cell can be.
fn longest_run(mut run: usize, bytes: &[u8], limits: &Limits) -> Result<usize, Unreadable> {
    let most = limits.cell_bytes.saturating_mul(ESCAPED);
    for byte in bytes {
        run = if *byte == b'<' { 0 } else { run + 1 };
        if run > most {
            return Err(over(
                &format!("一格 {} 字节", limits.cell_bytes),
                &format!("{} bytes a cell", limits.cell_bytes),
            ));
        }
    }
    Ok(run)
}

/// A workbook declares no entities; whoever does wants something else. Answers how many texts for cells to
/// share begin here: each takes memory of its own, however short it is.
fn check_declarations(tail: &mut Vec<u8>, bytes: &[u8]) -> Result<usize, Unreadable> {
    tail.extend_from_slice(bytes);
    let shared = tail.windows(3).filter(|window| *window == b"<si").count();
    let declares = |word: &[u8]| tail.windows(word.len()).any(|window| window == word);
    if declares(b"<!DOCTYPE") || declares(b"<!ENTITY") || declares(b"<\0!\0") || declares(b"\0<\0!") {
        return Err(Unreadable::workbook(
            "里面声明了实体（DOCTYPE），这不是表格软件写的，请勿使用",
            "it declares entities (DOCTYPE); no spreadsheet wrote this, do not use it",
        ));
    }
    let keep = tail.len().saturating_sub(16);
    tail.drain(..keep);
    Ok(shared)
}

fn check_size(bytes: u64, limits: &Limits) -> Result<(), Unreadable> {
    let most = u64::try_from(limits.workbook_bytes).unwrap_or(u64::MAX);
    if bytes <= most {
        return Ok(());
    }
    Err(over(&format!("展开后 {most} 字节"), &format!("{most} bytes once it is inflated")))
}

fn check_density(inflated: u64, compressed: u64) -> Result<(), Unreadable> {
    if inflated <= SMALL || inflated <= compressed.saturating_mul(DENSEST) {
        return Ok(());
    }
    Err(Unreadable::workbook(
        "压缩得太密（一字节展开成一百多字节），可能是压缩炸弹；请用表格软件打开后另存，或改用 CSV",
        "it is packed too densely (more than a hundred bytes out of one) and may be a bomb; open it in a spreadsheet and save it again, or use CSV",
    ))
}

fn over(zh: &str, en: &str) -> Unreadable {
    Unreadable::workbook(
        format!("超过上限：{zh}，请分成几份，或改用 CSV"),
        format!("it is over the limit of {en}; split it, or use CSV"),
    )
}

fn damaged() -> Unreadable {
    Unreadable::workbook(
        "文件已损坏，或不是 XLSX，请重新保存后再传",
        "the file is damaged or no XLSX; save it again and send that",
    )
}
