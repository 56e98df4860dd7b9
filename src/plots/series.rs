//! What happens to a series of points before it is drawn: gaps, edges, smoothing and thinning. Plain numbers.

use crate::snapshot::Point;
use std::collections::VecDeque;
use std::ops::Range;

/// One place in the plane, in the units of the axes.
pub(super) type Place = (f64, f64);

/// The points of a curve as places.
pub(super) fn places(points: &[Point]) -> Vec<Place> {
    points.iter().map(|point| (point.real_steps, f64::from(point.value))).collect()
}

/// Cuts a line into the pieces that can be drawn: it has a gap where a point is not finite, and it ends exactly
/// where it leaves `range` and begins where it comes back. A lone point stays a piece of one.
pub(super) fn pieces(line: &[Place], range: &Range<f64>) -> Vec<Vec<Place>> {
    let inside = |place: &Place| range.start <= place.1 && place.1 <= range.end;
    let mut pieces = vec![Vec::new()];
    let mut before: Option<Place> = None;
    for &place in line {
        if !(place.0.is_finite() && place.1.is_finite()) {
            pieces.push(Vec::new());
            before = None;
            continue;
        }
        for edge in crossings(before, place, range) {
            push(&mut pieces, edge);
            if before.as_ref().is_some_and(inside) {
                pieces.push(Vec::new());
            }
        }
        if inside(&place) {
            push(&mut pieces, place);
        } else {
            pieces.push(Vec::new());
        }
        before = Some(place);
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

fn push(pieces: &mut [Vec<Place>], place: Place) {
    if let Some(piece) = pieces.last_mut() {
        piece.push(place);
    }
}

/// Where the straight line between two places meets the lower and the upper edge, in the order of travel.
fn crossings(from: Option<Place>, to: Place, range: &Range<f64>) -> Vec<Place> {
    let Some(from) = from else { return Vec::new() };
    let edges = if from.1 <= to.1 { [range.start, range.end] } else { [range.end, range.start] };
    let crossed = edges
        .into_iter()
        .filter(|edge| (from.1 < *edge) != (to.1 < *edge) && from.1 != *edge && to.1 != *edge);
    crossed.map(|edge| (from.0 + (to.0 - from.0) * (edge - from.1) / (to.1 - from.1), edge)).collect()
}

/// At each place the mean of the latest `window` finite values; fewer at the beginning.
pub(super) fn moving_average(line: &[Place], window: usize) -> Vec<Place> {
    let mut latest = VecDeque::with_capacity(window);
    let finite = line.iter().filter(|place| place.1.is_finite());
    let means = finite.map(|&(x, y)| {
        if latest.len() == window {
            latest.pop_front();
        }
        latest.push_back(y);
        (x, latest.iter().sum::<f64>() / latest.len() as f64)
    });
    means.collect()
}

/// Every n-th of the places so that there are at most about `limit`, and the last: a fair sample of what is typical.
pub(super) fn sampled(line: &[Place], limit: usize) -> Vec<Place> {
    let every = line.len().div_ceil(limit.max(1)).max(1);
    line.iter().rev().step_by(every).rev().copied().collect()
}

/// At most about `limit` of the places: the lowest and the highest of each of `limit / 2` stretches, so that no
/// peak is lost. A place that is not finite stays, as a gap.
pub(super) fn thinned(line: &[Place], limit: usize) -> Vec<Place> {
    if line.len() <= limit.max(4) {
        return line.to_vec();
    }
    let stretch = line.len().div_ceil(limit.max(4) / 2);
    line.chunks(stretch).flat_map(extremes).collect()
}

/// The lowest and the highest place in the order in which they stand, and a gap if there is one.
fn extremes(stretch: &[Place]) -> Vec<Place> {
    let by_value = |a: &&(usize, Place), b: &&(usize, Place)| a.1.1.total_cmp(&b.1.1);
    let finite: Vec<(usize, Place)> =
        stretch.iter().copied().enumerate().filter(|(_, place)| place.1.is_finite()).collect();
    let gap = stretch.iter().copied().enumerate().find(|(_, place)| !place.1.is_finite());
    let mut kept: Vec<(usize, Place)> = finite.iter().min_by(by_value).copied().into_iter().collect();
    kept.extend(finite.iter().max_by(by_value).copied());
    kept.extend(gap);
    kept.sort_by_key(|(at, _)| *at);
    kept.dedup_by_key(|(at, _)| *at);
    kept.into_iter().map(|(_, place)| place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_a_gap_where_a_number_is_not_finite() {
        let line = [
            (0.0, 1.0),
            (1.0, 2.0),
            (2.0, f64::NAN),
            (3.0, 1.0),
            (4.0, f64::INFINITY),
            (5.0, 3.0),
            (6.0, 3.0),
        ];
        let pieces = pieces(&line, &(0.0..10.0));
        assert_eq!(pieces, [vec![(0.0, 1.0), (1.0, 2.0)], vec![(3.0, 1.0)], vec![(5.0, 3.0), (6.0, 3.0)]]);
    }

    #[test]
    fn a_line_ends_at_the_edge_and_comes_back_there() {
        let line = [(0.0, 1.0), (1.0, 3.0), (2.0, 3.0), (3.0, -1.0), (4.0, 1.0)];
        let pieces = pieces(&line, &(0.0..2.0));
        let back = vec![(2.25, 2.0), (2.75, 0.0)];
        assert_eq!(pieces, [vec![(0.0, 1.0), (0.5, 2.0)], back, vec![(3.5, 0.0), (4.0, 1.0)]]);
    }

    #[test]
    fn the_moving_average_begins_with_the_first_point() {
        let line = [(0.0, 2.0), (1.0, 4.0), (2.0, f64::NAN), (3.0, 6.0), (4.0, 8.0)];
        let means = moving_average(&line, 3);
        assert_eq!(means, [(0.0, 2.0), (1.0, 3.0), (3.0, 4.0), (4.0, 6.0)]);
    }

    #[test]
    fn thinning_keeps_peaks_and_gaps() {
        let mut line: Vec<Place> = (0..10_000).map(|x| (f64::from(x), 0.0)).collect();
        line[4321].1 = 9.0;
        line[7777].1 = f64::NAN;
        let thin = thinned(&line, 300);
        assert!(thin.len() <= 301, "{}", thin.len());
        assert!(thin.contains(&(4321.0, 9.0)));
        assert!(thin.iter().any(|place| place.1.is_nan()));
        assert!(thin.is_sorted_by(|a, b| a.0 <= b.0));
        assert_eq!(thinned(&line[..100], 300), line[..100]);
    }

    #[test]
    fn a_sample_keeps_the_newest_point() {
        let line: Vec<Place> = (0..1000).map(|x| (f64::from(x), 1.0)).collect();
        let sample = sampled(&line, 300);
        assert_eq!((sample.len(), sample.last()), (250, Some(&(999.0, 1.0))));
        assert_eq!(sampled(&line[..3], 300), line[..3]);
        assert!(sampled(&[], 0).is_empty());
    }
}
