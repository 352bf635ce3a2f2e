//! Every line that is changed, moved or missing is named; what a crash leaves is no fault.

use super::*;

fn filled(lines: u64) -> (tempfile::TempDir, Audit) {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let audit = Audit::open(folder.path());
    for number in 0..lines {
        let subject = format!("王{number}");
        let from = Some(IpAddr::from([127, 0, 0, 1]));
        let entry = Entry { event: Event::LoginFailed, actor: "", subject: &subject, from, detail: "\"}}" };
        audit.write(&entry).expect("it can be written");
    }
    (folder, audit)
}

/// Numbers that look like chance and are the same each time.
fn chance(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *seed >> 33
}

#[test]
fn any_of_a_thousand_edits_is_found() {
    let (_folder, audit) = filled(20);
    assert_eq!(audit.verify(), Ok(20));
    let sound = std::fs::read(&audit.log).expect("it is there");
    let lines: Vec<&[u8]> = sound.split_inclusive(|byte| *byte == b'\n').collect();
    let mut seed = 7;
    for number in 0..1_000 {
        let place = usize::try_from(chance(&mut seed)).expect("a number") % sound.len();
        let line = usize::try_from(chance(&mut seed)).expect("a number") % 19;
        let edited: Vec<u8> = match number % 5 {
            0 => sound.iter().enumerate().map(|(at, byte)| if at == place { byte ^ 1 } else { *byte }).collect(),
            1 => sound[..place].to_vec(),
            2 => lines.iter().enumerate().filter(|(at, _)| *at != line).flat_map(|(_, line)| line.to_vec()).collect(),
            3 => {
                let mut moved = lines.clone();
                moved.swap(line, line + 1);
                moved.concat()
            }
            _ => [&sound[..place], b"x", &sound[place..]].concat(),
        };
        std::fs::write(&audit.log, &edited).expect("it can be written");
        let first = sound.iter().zip(&edited).take_while(|(left, right)| left == right).count();
        let expected = 1 + sound[..first].iter().filter(|byte| **byte == b'\n').count() as u64;
        match audit.verify() {
            Err(AuditError::Damaged { line, .. }) => assert_eq!(line, expected, "edit {number}"),
            other => panic!("edit {number} of byte {place} or line {line}: {other:?}"),
        }
    }
    std::fs::write(&audit.log, &sound).expect("it can be written");
    assert_eq!(audit.verify(), Ok(20));
}

#[test]
fn a_log_that_is_not_as_it_was_takes_no_more_lines() {
    let (_folder, audit) = filled(3);
    let entry = Entry { event: Event::LoggedIn, actor: "a", subject: "a", from: None, detail: "" };
    let (log, head) = (std::fs::read(&audit.log).expect("a log"), std::fs::read(&audit.head).expect("a head"));
    std::fs::write(&audit.log, &log[..log.len() - 1]).expect("it can be written");
    assert!(matches!(audit.write(&entry), Err(AuditError::Damaged { .. })));
    std::fs::write(&audit.log, [&log[..], b"{}\n"].concat()).expect("it can be written");
    assert!(matches!(audit.write(&entry), Err(AuditError::Damaged { line: 4, .. })));
    std::fs::write(&audit.log, &log).expect("it can be written");
    std::fs::remove_file(&audit.head).expect("it is there");
    assert!(matches!(audit.write(&entry), Err(AuditError::Damaged { .. })));
    assert!(matches!(audit.verify(), Err(AuditError::Damaged { .. })));
    std::fs::write(&audit.head, head).expect("it can be written");
    audit.write(&entry).expect("it is as it was");
    assert_eq!(audit.verify(), Ok(4));
}

#[test]
fn what_a_crash_leaves_is_taken_up() {
    let (_folder, audit) = filled(3);
    let entry = Entry { event: Event::LoggedIn, actor: "a", subject: "a", from: None, detail: "" };
    let (log, head) = (std::fs::read(&audit.log).expect("a log"), std::fs::read(&audit.head).expect("a head"));
    // The line was written, the head was not.
    audit.write(&entry).expect("it can be written");
    let longer = std::fs::read(&audit.log).expect("a log");
    for cut in log.len()..=longer.len() {
        std::fs::write(&audit.head, &head).expect("it can be written");
        std::fs::write(&audit.log, &longer[..cut]).expect("it can be written");
        let whole = if cut == longer.len() { 4 } else { 3 };
        assert_eq!(audit.verify(), Ok(whole), "cut at {cut}");
        audit.write(&entry).expect("it goes on");
        assert_eq!(audit.verify(), Ok(whole + 1), "cut at {cut}");
    }
}
