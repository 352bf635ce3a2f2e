//! Which cells of a table are withheld so that nobody can be made out: counts of one or two of what
//! is not public, and the next smallest where what was withheld could be worked out from a total.
//! Nothing is rounded.
//!
//! It is a rule for tables, which are made to be handed on: `statistics` and `facets`, with their sums
//! and totals. It binds whom the table of rights says it binds, of things that not everybody may know
//! of, and of public things that are grouped, narrowed or added up by what is not public. It is no lock:
//! who is bound may read each of these things one by one, so a list says how many entries it has
//! (`totalCount`) to them as well. What they may not read one by one is neither counted nor added up for
//! them anywhere, in a table or a list, and no rule about small counts is needed for it. A table is
//! judged as it stands: two of them laid side by side are not. docs/rights.md says the same to readers.

/// Counts below this one are small.
pub const FEWEST: u64 = 3;

/// A cell as it was counted.
#[derive(Clone, Copy, Debug)]
pub struct Counts {
    /// How many.
    pub count: u64,
    /// Would a small count be withheld?
    pub is_guarded: bool,
    /// Is it withheld whatever it counts?
    pub is_withheld: bool,
}

/// What is withheld.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withheld {
    /// Each cell.
    pub cells: Vec<bool>,
    /// The total of all.
    pub total: bool,
}

/// Withhold what has to be. `lines` are the rows and columns whose totals somebody can ask for, by
/// numbers of cells; the whole table is one more.
pub fn withhold(cells: &[Counts], total: u64, lines: &[Vec<usize>]) -> Withheld {
    let is_small = |count: u64| (1..FEWEST).contains(&count);
    let mut withheld: Vec<bool> =
        cells.iter().map(|cell| cell.is_withheld || (cell.is_guarded && is_small(cell.count))).collect();
    let whole: Vec<usize> = (0..cells.len()).collect();
    let mut all: Vec<&[usize]> = lines.iter().map(Vec::as_slice).collect();
    all.push(&whole);
    // Each turn withholds one more cell or is the last.
    while let Some(next) = all.iter().find_map(|line| next_of(cells, &withheld, line, lines)) {
        if let Some(mark) = withheld.get_mut(next) {
            *mark = true;
        }
    }
    let guarded = cells.iter().any(|cell| cell.is_guarded || cell.is_withheld);
    let total = (guarded && is_small(total)) || can_be_worked_out(cells, &withheld, &whole);
    Withheld { cells: withheld, total }
}

/// Could somebody who knows the total of a line work out what is withheld in it?
fn can_be_worked_out(cells: &[Counts], withheld: &[bool], line: &[usize]) -> bool {
    let hidden = line.iter().filter(|place| withheld.get(**place) == Some(&true));
    let counts: Vec<u64> = hidden.filter_map(|place| cells.get(*place)).map(|cell| cell.count).collect();
    // One alone is the rest of the total; if they add up to as many as they are, each is one.
    counts.len() == 1 || (!counts.is_empty() && counts.iter().sum::<u64>() <= counts.len() as u64)
}

/// The cell to withhold next in a line, where there is one: the smallest, those first that do not
/// stand alone in a line of their own, and of them those that another line needs as well.
fn next_of(cells: &[Counts], withheld: &[bool], line: &[usize], lines: &[Vec<usize>]) -> Option<usize> {
    if !can_be_worked_out(cells, withheld, line) {
        return None;
    }
    let stands_alone = |place: usize| lines.iter().any(|other| other.as_slice() == [place]);
    let needy: Vec<&Vec<usize>> =
        lines.iter().filter(|other| other.as_slice() != line && can_be_worked_out(cells, withheld, other)).collect();
    let is_spare = |place: usize| !needy.iter().any(|other| other.contains(&place));
    let open = line.iter().copied().filter(|place| withheld.get(*place) == Some(&false));
    open.min_by_key(|place| (stands_alone(*place), is_spare(*place), cells.get(*place).map(|cell| cell.count), *place))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(counts: &[u64]) -> Vec<Counts> {
        counts.iter().map(|count| Counts { count: *count, is_guarded: true, is_withheld: false }).collect()
    }

    fn shown(counts: &[u64], lines: &[Vec<usize>]) -> Vec<Option<u64>> {
        let withheld = withhold(&table(counts), counts.iter().sum(), lines);
        counts.iter().zip(withheld.cells).map(|(count, withheld)| (!withheld).then_some(*count)).collect()
    }

    #[test]
    fn small_counts_are_withheld_with_what_would_give_them_away() {
        for (counts, expected) in [
            (vec![5, 3, 9], vec![Some(5), Some(3), Some(9)]),
            (vec![5, 1, 9], vec![None, None, Some(9)]),
            (vec![5, 2, 1, 9], vec![Some(5), None, None, Some(9)]),
            // Two that add up to two are one each.
            (vec![5, 1, 1, 9], vec![None, None, None, Some(9)]),
            (vec![2], vec![None]),
        ] {
            assert_eq!(shown(&counts, &[]), expected, "{counts:?}");
        }
    }

    #[test]
    fn a_total_that_would_give_a_cell_away_is_withheld() {
        assert!(withhold(&table(&[2]), 2, &[]).total);
        assert!(withhold(&table(&[1, 1]), 2, &[]).total);
        assert!(!withhold(&table(&[1, 2]), 3, &[]).total);
        assert!(!withhold(&table(&[4]), 4, &[]).total);
        let public = [Counts { count: 1, is_guarded: false, is_withheld: false }];
        assert_eq!(withhold(&public, 1, &[]), Withheld { cells: vec![false], total: false });
    }

    #[test]
    fn no_row_or_column_gives_a_cell_away() {
        // 0 1 2
        // 3 4 5
        let lines = [vec![0, 1, 2], vec![3, 4, 5], vec![0, 3], vec![1, 4], vec![2, 5]];
        let counts = [1, 8, 7, 6, 5, 9];
        let withheld = withhold(&table(&counts), 36, &lines);
        for line in &lines {
            assert!(!can_be_worked_out(&table(&counts), &withheld.cells, line), "{line:?}: {withheld:?}");
        }
        assert_eq!(withheld, Withheld { cells: vec![true, false, true, true, false, true], total: false });
    }
}
