//! Measures as their formulas are written, over a table of weights: slow, and sharing no code with the library.

#![expect(clippy::needless_range_loop, reason = "rows and columns are numbered as in the formulas")]

pub type Table = [Vec<f64>];

pub fn tied(table: &Table, i: usize, j: usize) -> bool {
    table[i][j] > 0.0
}

pub fn divided(over: f64, under: f64) -> Option<f64> {
    if under == 0.0 { None } else { Some(over / under) }
}

pub fn degree(flat: &Table, i: usize) -> usize {
    (0..flat.len()).filter(|j| tied(flat, i, *j)).count()
}

/// Shortest ways between all pairs (Floyd–Warshall).
pub fn distances(table: &Table, length: impl Fn(f64) -> f64) -> Vec<Vec<f64>> {
    let n = table.len();
    let mut d = vec![vec![f64::INFINITY; n]; n];
    for i in 0..n {
        for j in 0..n {
            if tied(table, i, j) {
                d[i][j] = length(table[i][j]);
            }
        }
        d[i][i] = 0.0;
    }
    for k in 0..n {
        for i in 0..n {
            for j in 0..n {
                d[i][j] = d[i][j].min(d[i][k] + d[k][j]);
            }
        }
    }
    d
}

/// All simple ways from one to another with their lengths.
fn simple_ways(
    table: &Table,
    way: &mut Vec<usize>,
    to: usize,
    length: &dyn Fn(f64) -> f64,
    so_far: f64,
    found: &mut Vec<(f64, Vec<usize>)>,
) {
    let here = *way.last().expect("sound");
    if here == to {
        found.push((so_far, way.clone()));
        return;
    }
    for next in 0..table.len() {
        if tied(table, here, next) && !way.contains(&next) {
            way.push(next);
            simple_ways(table, way, to, length, so_far + length(table[here][next]), found);
            way.pop();
        }
    }
}

pub fn betweenness(table: &Table, directed: bool, length: &dyn Fn(f64) -> f64) -> Vec<Option<f64>> {
    let n = table.len();
    let mut sums = vec![0.0; n];
    for from in 0..n {
        for to in 0..n {
            if from == to || (!directed && from > to) {
                continue;
            }
            let mut found = Vec::new();
            simple_ways(table, &mut vec![from], to, length, 0.0, &mut found);
            let shortest = found.iter().map(|(length, _)| *length).fold(f64::INFINITY, f64::min);
            found.retain(|(length, _)| *length <= shortest * (1.0 + 1e-10));
            for (_, way) in &found {
                for node in &way[1..way.len() - 1] {
                    sums[*node] += 1.0 / found.len() as f64;
                }
            }
        }
    }
    sums.into_iter().map(Some).collect()
}

/// Who is in one piece, as a number for each; the lowest node of the piece.
pub fn pieces(flat: &Table) -> Vec<usize> {
    let d = distances(flat, |_| 1.0);
    (0..flat.len()).map(|i| (0..flat.len()).find(|j| d[i][*j].is_finite()).expect("sound")).collect()
}

pub fn count(labels: &[usize]) -> usize {
    let mut labels = labels.to_vec();
    labels.sort_unstable();
    labels.dedup();
    labels.len()
}

/// The table without some nodes.
pub fn without(table: &Table, gone: &[usize]) -> Vec<Vec<f64>> {
    let kept: Vec<usize> = (0..table.len()).filter(|node| !gone.contains(node)).collect();
    kept.iter().map(|i| kept.iter().map(|j| table[*i][*j]).collect()).collect()
}

/// The largest piece, the one with the lowest node of equals.
pub fn largest(flat: &Table) -> Vec<usize> {
    let pieces = pieces(flat);
    let all = (0..flat.len()).map(|name| (0..flat.len()).filter(|i| pieces[*i] == name).collect::<Vec<_>>());
    let mut best = Vec::new();
    for piece in all {
        if piece.len() > best.len() {
            best = piece;
        }
    }
    best
}

pub fn efficiency(flat: &Table) -> Option<f64> {
    let n = flat.len();
    let d = distances(flat, |_| 1.0);
    let mut sum = 0.0;
    for i in 0..n {
        for j in 0..n {
            if i != j {
                sum += 1.0 / d[i][j];
            }
        }
    }
    divided(sum, (n * n.saturating_sub(1)) as f64)
}

/// Solves a·x = b (Gauss, with the largest pivot).
pub fn solved(mut a: Vec<Vec<f64>>, mut b: Vec<f64>) -> Vec<f64> {
    let n = b.len();
    for k in 0..n {
        let pivot = (k..n).max_by(|i, j| a[*i][k].abs().total_cmp(&a[*j][k].abs())).expect("sound");
        a.swap(k, pivot);
        b.swap(k, pivot);
        for i in k + 1..n {
            let part = a[i][k] / a[k][k];
            for j in k..n {
                a[i][j] -= part * a[k][j];
            }
            b[i] -= part * b[k];
        }
    }
    for k in (0..n).rev() {
        for j in k + 1..n {
            b[k] -= a[k][j] * b[j];
        }
        b[k] /= a[k][k];
    }
    b
}

/// r = (1−d)·h + d·(Pᵀr + h·stranded), as a system of equations.
pub fn pagerank(table: &Table, home: &[f64], damping: f64) -> Vec<f64> {
    let n = table.len();
    let mut a = vec![vec![0.0; n]; n];
    for i in 0..n {
        a[i][i] += 1.0;
        let all: f64 = table[i].iter().sum();
        for j in 0..n {
            let share = if all > 0.0 { table[i][j] / all } else { home[j] };
            a[j][i] -= damping * share;
        }
    }
    solved(a, home.iter().map(|home| (1.0 - damping) * home).collect())
}

/// Pearson's correlation.
pub fn correlation(pairs: &[(f64, f64)]) -> Option<f64> {
    let n = pairs.len() as f64;
    let (mx, my) = (pairs.iter().map(|p| p.0).sum::<f64>() / n, pairs.iter().map(|p| p.1).sum::<f64>() / n);
    let sum = |f: &dyn Fn(&(f64, f64)) -> f64| pairs.iter().map(f).sum::<f64>();
    let (xx, yy) = (sum(&|p| (p.0 - mx).powi(2)), sum(&|p| (p.1 - my).powi(2)));
    if n == 0.0 || xx < 1e-12 || yy < 1e-12 {
        return None;
    }
    Some(sum(&|p| (p.0 - mx) * (p.1 - my)) / (xx * yy).sqrt())
}

/// Every division of n things into groups.
pub fn divisions(n: usize) -> Vec<Vec<u32>> {
    let mut all = vec![Vec::new()];
    for _ in 0..n {
        let grown = all.into_iter().flat_map(|division: Vec<u32>| {
            let groups = division.iter().max().map_or(0, |most| most + 1);
            (0..=groups).map(move |own| division.iter().copied().chain([own]).collect())
        });
        all = grown.collect();
    }
    all
}

pub fn modularity(flat: &Table, group: &[u32], resolution: f64) -> Option<f64> {
    let all: f64 = flat.iter().flatten().sum();
    let mut sum = 0.0;
    for i in 0..flat.len() {
        for j in 0..flat.len() {
            if group[i] == group[j] {
                let (si, sj) = (flat[i].iter().sum::<f64>(), flat[j].iter().sum::<f64>());
                sum += flat[i][j] / all - resolution * si * sj / (all * all);
            }
        }
    }
    if all == 0.0 { None } else { Some(sum) }
}
