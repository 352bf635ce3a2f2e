//! What stands at the edges: nothing, one, all alike; and that neither the order of entry nor a limit of work
//! changes a figure.

use innograph::network::layer::{Direction, Layer, Pair, Unsound};
use innograph::network::measures::leiden::{Settings, leiden};
use innograph::network::measures::{
    Gives, MEASURES, betweenness, core_periphery, cuts, new_ties, removal, small_world,
};
use innograph::network::work::{Stopped, Work};

use super::drawn::{self, Lot};

type Figure = (String, Vec<Option<f64>>);

fn figures(layer: &Layer, work: &Work<'_>) -> Result<Vec<Figure>, Stopped> {
    let figure = |measure: &&innograph::network::measures::Measure| {
        let values = match measure.gives {
            Gives::Each(each) => each(layer, work)?,
            Gives::Whole(whole) => vec![whole(layer, work)?],
        };
        Ok((measure.name.to_owned(), values))
    };
    MEASURES.iter().map(figure).collect()
}

fn undirected(nodes: usize, ties: &[(u32, u32)]) -> Layer {
    let ties: Vec<Pair> = ties.iter().map(|(from, to)| (*from, *to, 1.0)).collect();
    Layer::new(nodes, Direction::Undirected, &ties).expect("sound")
}

#[test]
fn figures_are_defined_or_none_and_within_their_bounds() {
    let mut layers: Vec<Layer> = drawn::all(200).map(|drawn| drawn.layer).collect();
    layers.extend([undirected(0, &[]), undirected(1, &[]), undirected(2, &[]), undirected(2, &[(0, 1)])]);
    for layer in &layers {
        for (name, values) in figures(layer, &Work::unbounded()).unwrap() {
            let measure = MEASURES.iter().find(|measure| measure.name == name).unwrap();
            let (low, high) = measure.bounds;
            for value in values.iter().flatten() {
                assert!(value.is_finite() && *value >= low - 1e-9 && *value <= high + 1e-9, "{name}: {value}");
            }
        }
    }
}

#[test]
fn nothing_and_one_have_no_figures_that_need_two() {
    for nodes in [0, 1] {
        let found = figures(&undirected(nodes, &[]), &Work::unbounded()).unwrap();
        let none: Vec<&str> = found
            .iter()
            .filter(|(_, values)| values.iter().all(Option::is_none))
            .map(|(name, _)| name.as_str())
            .collect();
        for name in ["density", "transitivity", "meanPath", "diameter", "efficiency", "assortativity", "concentration"]
        {
            assert!(none.contains(&name), "{name} of {nodes} nodes");
        }
    }
    let work = Work::unbounded();
    assert_eq!(core_periphery::core_periphery(&undirected(4, &[]), &work).unwrap(), None);
    assert_eq!(core_periphery::core_periphery(&undirected(3, &[(0, 1), (1, 2), (0, 2)]), &work).unwrap(), None);
    assert_eq!(leiden(&undirected(3, &[]), &Settings::default(), &work).unwrap(), [0, 1, 2]);
    assert!(removal::curve(&undirected(0, &[]), &[], &work).unwrap().is_empty());
    assert_eq!(new_ties::new_ties(&undirected(1, &[]), &[(0, 0)], 10, &work).unwrap(), []);
}

#[test]
fn the_order_of_entry_leaves_no_trace() {
    let mut lot = Lot(5);
    for seed in 0..60 {
        let drawn = drawn::one(seed);
        let direction = drawn.layer.direction();
        let mut ties: Vec<Pair> = drawn.layer.each_tie().collect();
        // Each tie in three parts, shuffled.
        ties = ties
            .iter()
            .flat_map(|(from, to, weight)| [0.5, 0.3, 0.2].map(|part| (*from, *to, weight * part)))
            .collect();
        let first = Layer::new(drawn.nodes(), direction, &ties).unwrap();
        for place in (1..ties.len()).rev() {
            ties.swap(place, lot.below(place as u64 + 1) as usize);
        }
        let second = Layer::new(drawn.nodes(), direction, &ties).unwrap();
        assert_eq!(first, second);
        let bits = |layer: &Layer| -> Vec<Vec<Option<u64>>> {
            let figures = figures(layer, &Work::unbounded()).unwrap();
            figures.into_iter().map(|(_, values)| values.into_iter().map(|v| v.map(f64::to_bits)).collect()).collect()
        };
        assert_eq!(bits(&first), bits(&second));
        let group = |layer: &Layer| leiden(layer, &Settings::default(), &Work::unbounded()).unwrap();
        assert_eq!(group(&first), group(&second));
    }
}

#[test]
fn work_ends_where_it_is_spent_or_unwanted() {
    let layer = undirected(6, &[(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 0), (0, 3)]);
    for limit in 0..40 {
        let work = Work::new(limit, &|| false);
        assert_eq!(figures(&layer, &work).unwrap_err(), Stopped::Spent);
        assert_eq!(work.left(), 0);
    }
    for measure in MEASURES {
        let work = Work::new(u64::MAX, &|| true);
        let stopped = match measure.gives {
            Gives::Each(each) => each(&layer, &work).err(),
            Gives::Whole(whole) => whole(&layer, &work).err(),
        };
        assert_eq!(stopped, Some(Stopped::Unwanted), "{}", measure.name);
    }
}

#[test]
fn bad_ties_are_refused_whole() {
    let refused = |tie: Pair| Layer::new(2, Direction::Directed, &[(0, 1, 1.0), tie]).unwrap_err();
    assert_eq!(refused((0, 2, 1.0)), Unsound::NoSuchNode(2));
    for weight in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(refused((0, 1, weight)), Unsound::NoWeight);
    }
    let loops = Layer::new(2, Direction::Directed, &[(0, 0, 1.0), (0, 1, 1.0), (0, 1, 2.0)]).unwrap();
    assert_eq!((loops.ties(), loops.loops(), loops.out().strength(0)), (1, 1, 3.0));
}

#[test]
fn shapes_that_everybody_knows() {
    let work = Work::unbounded();
    let star: Vec<(u32, u32)> = (1..20).map(|leaf| (0, leaf)).collect();
    let star = undirected(20, &star);
    let found = figures(&star, &work).unwrap();
    let of = |name: &str| found.iter().find(|(found, _)| found == name).unwrap().1[0];
    assert_eq!(of("degreeCentralisation"), Some(1.0));
    assert_eq!(of("betweennessCentralisation"), Some(1.0));
    assert_eq!(of("betweenness"), Some(19.0 * 18.0 / 2.0));
    let core = core_periphery::core_periphery(&star, &work).unwrap().unwrap();
    assert!(core.core[0] && core.core.iter().filter(|inside| **inside).count() == 1 && !core.exact);
    assert!((core.fit - 1.0).abs() < 1e-12);
    let cut = cuts::cuts(&star, &work).unwrap();
    assert_eq!((cut.articulations.len(), cut.articulations[0].pieces, cut.bridges.len()), (1, 19, 19));
    // A chain long enough to end any walk that calls itself.
    let chain: Vec<(u32, u32)> = (0..200_000).map(|node| (node, node + 1)).collect();
    let cut = cuts::cuts(&undirected(200_001, &chain), &work).unwrap();
    assert_eq!((cut.articulations.len(), cut.bridges.len()), (199_999, 200_000));
    assert_eq!(cut.articulations[9].cut_off, 10);
}

#[test]
fn random_networks_keep_everybodys_partners() {
    let layer = drawn::one(40).layer.undirected().into_owned();
    let mut draws = innograph::network::draws::Draws::new(3);
    for _ in 0..20 {
        let random = small_world::rewired(&layer, &mut draws, &Work::unbounded()).unwrap();
        let degrees = |layer: &Layer| layer.all().map(|node| layer.out().degree(node)).collect::<Vec<_>>();
        assert_eq!((degrees(&random), random.loops()), (degrees(&layer), 0));
    }
    let compared = small_world::small_world(&layer, 25, 3, &Work::unbounded()).unwrap();
    assert_eq!(compared, small_world::small_world(&layer, 25, 3, &Work::unbounded()).unwrap());
}

#[test]
fn a_sample_says_how_far_off_it_may_be() {
    let mut lot = Lot(8);
    let ties: Vec<(u32, u32)> = (0..1200).map(|_| (lot.below(300) as u32, lot.below(300) as u32)).collect();
    let layer = undirected(300, &ties);
    let exact =
        betweenness::exact(&layer, innograph::network::measures::bfs::Length::Step, &Work::unbounded()).unwrap();
    for seed in 0..5 {
        let sample = betweenness::sampled(&layer, 100, seed, 0.95, &Work::unbounded()).unwrap();
        let off = sample.values.iter().zip(&exact).map(|(one, other)| (one - other).abs()).fold(0.0, f64::max);
        assert!(off > 0.0 && off <= sample.error, "{off} of {}", sample.error);
    }
}
