//! One decision: plans are drawn, followed in the model by several particles each, and the best few drawn around again.
//!
//! ```text
//! R(plan) = mean_k Rₖ − caution · std_k Rₖ      Rₖ = Σₜ γᵗ r̂ₜ along particle k, until its end or for H steps
//! ```
//! **Shapes.** P plans with K particles each: rows [P · K, ·], plan after plan.
//! **Choices.** (1) Particle k follows member k mod E to the end, TS∞, and with Gaussian heads its own noise, which is
//! the same for all plans and iterations: plans are compared in the same imagined luck. (2) A particle whose numbers
//! overflow is paid the least that was ever seen from there on: a model's failure must not look like a way out.
//! (3) Rows take a step in groups, as many as a tick allows.
//! **Paper.** Chua et al. 2018 (1805.12114), trajectory sampling; common random numbers are an old trick of simulation.

use super::picture::Paths;
use crate::budget::{MOST_BRANCHES, PER_ROW, add, rows};
use crate::cem::Cem;
use crate::config::Config;
use crate::dynamics::{self, Answer, Question, State};
use crate::env::ActionSpace;
use crate::error::{Error, Result};
use crate::imagination::{groups, has_overflowed};
use crate::rng::Stream;
use crate::trainer::imagined::Rules;
use crate::world_model::WorldModel;
use std::ops::{Range, RangeInclusive};

/// Who thinks, and by which rules.
pub(super) struct Thinker<'a> {
    pub(super) model: &'a mut dyn WorldModel,
    pub(super) config: &'a Config,
    pub(super) action: ActionSpace,
    pub(super) rules: Rules<'a>,
    /// The least and the best reward that was seen.
    pub(super) rewards: RangeInclusive<f32>,
    pub(super) stream: &'a mut Stream,
}

/// What came of a decision.
pub(super) struct Decision {
    /// As it is stored.
    pub(super) action: Vec<f32>,
    /// R of the plan that begins with it.
    pub(super) value: f32,
    /// How far the particles of that plan are apart, as a standard deviation of their returns.
    pub(super) doubt: f32,
    /// The plans of the last iteration, if somebody wanted to see them.
    pub(super) paths: Option<Paths>,
}

/// A decision on its way.
pub(super) struct Thought {
    /// What the model warms up on; none once it has.
    start: Option<dynamics::Context>,
    /// Where all particles start.
    now: State,
    /// Of each step and particle, [H, K, O + 1]; nothing where nothing is drawn.
    noise: Vec<f32>,
    /// Plans of the iteration, [P, H, stored].
    plans: Vec<Vec<f32>>,
    /// Iterations that are over.
    iteration: usize,
    groups: Vec<Group>,
    /// The group that is next.
    next: usize,
    /// Steps that all groups have taken.
    steps: usize,
    discount: f32,
    /// Imagined steps that counted.
    pub(super) counted: u64,
    is_watched: bool,
    paths: Option<Paths>,
}

/// Rows that take a step together.
struct Group {
    rows: Range<usize>,
    state: State,
    members: Vec<usize>,
    fates: Vec<Fate>,
    returns: Vec<f32>,
}

/// What has become of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    GoesOn,
    Ended,
    /// Its numbers have overflowed.
    Lost,
}

impl Thought {
    /// From this moment, of which there is one.
    pub(super) fn begin(start: dynamics::Context, is_watched: bool) -> Self {
        Self {
            start: Some(start),
            now: State::default(),
            noise: Vec::new(),
            plans: Vec::new(),
            iteration: 0,
            groups: Vec::new(),
            next: 0,
            steps: 0,
            discount: 1.0,
            counted: 0,
            is_watched,
            paths: None,
        }
    }

    /// One step of some rows; the decision after the last.
    ///
    /// # Errors
    /// [`crate::Error::Device`] if the device cannot be read; [`Error::Diverged`] if a return is not finite.
    pub(super) async fn advance(
        &mut self,
        thinker: &mut Thinker<'_>,
        search: &mut Cem,
    ) -> Result<Option<Decision>> {
        if let Some(start) = self.start.take() {
            self.now = thinker.model.warm_up(start).await?;
            let count = thinker.config.plan_particles * thinker.model.noise_size();
            self.noise = (0..count * thinker.rules.horizon).map(|_| thinker.stream.normal()).collect();
        }
        if self.groups.is_empty() {
            self.begin_iteration(thinker, search);
        }
        if let Some(mut group) = self.groups.get_mut(self.next).map(std::mem::take) {
            if !group.is_over() {
                let answer = group.ask(thinker, &self.plans, self.steps, &self.noise).await?;
                self.counted += group.count(&answer, thinker, self.discount);
                if let Some(paths) = &mut self.paths {
                    paths.push(&group.rows, &answer.state.obs, |row| group.goes_on(row));
                }
                group.state = answer.state;
            }
            self.groups[self.next] = group;
        }
        self.next += 1;
        if self.next < self.groups.len() {
            return Ok(None);
        }
        (self.next, self.steps, self.discount) = (0, self.steps + 1, self.discount * thinker.rules.gamma);
        match self.steps >= thinker.rules.horizon || self.groups.iter().all(Group::is_over) {
            true => self.end_iteration(thinker, search),
            false => Ok(None),
        }
    }

    fn begin_iteration(&mut self, thinker: &mut Thinker<'_>, search: &mut Cem) {
        let config = thinker.config;
        let is_last = self.iteration + 1 == config.plan_iterations;
        self.plans = search.ask(config.plan_candidates, is_last, thinker.stream).to_vec();
        let (particles, members) = (config.plan_particles, thinker.model.members());
        let all = self.plans.len() * particles;
        let most = rows(MOST_BRANCHES, thinker.model.cost());
        let group = |rows: Range<usize>| Group {
            state: self.now.repeated(rows.len()),
            members: rows.clone().map(|row| row % particles % members).collect(),
            fates: vec![Fate::GoesOn; rows.len()],
            returns: vec![0.0; rows.len()],
            rows,
        };
        self.groups = groups(all, most).map(group).collect();
        (self.steps, self.discount) = (0, 1.0);
        let is_wanted = is_last && self.is_watched;
        self.paths = is_wanted.then(|| Paths::begin(&self.now.obs, self.plans.len(), particles));
    }

    fn end_iteration(&mut self, thinker: &Thinker<'_>, search: &mut Cem) -> Result<Option<Decision>> {
        let returns: Vec<f32> = self.groups.drain(..).flat_map(|group| group.returns).collect();
        Error::unless_finite("imagine", "imagined return", &returns)?;
        let (mut values, mut doubts) = (Vec::new(), Vec::new());
        for particles in returns.chunks_exact(thinker.config.plan_particles) {
            let count = particles.len() as f32;
            let mean = particles.iter().sum::<f32>() / count;
            let variance = particles.iter().map(|r| (r - mean).powi(2)).sum::<f32>() / count;
            values.push(mean - thinker.config.plan_caution as f32 * variance.sqrt());
            doubts.push(variance.sqrt());
        }
        let order = search.tell(&values);
        self.iteration += 1;
        if self.iteration < thinker.config.plan_iterations {
            return Ok(None);
        }
        let best = order[0];
        let paths = self.paths.take().map(|paths| paths.ranked(&order, &values));
        let action = self.plans[best][..thinker.action.stored_size()].to_vec();
        Ok(Some(Decision { action, value: values[best], doubt: doubts[best], paths }))
    }
}

impl Default for Group {
    fn default() -> Self {
        let (state, members, fates) = (State::default(), Vec::new(), Vec::new());
        Self { rows: 0..0, state, members, fates, returns: Vec::new() }
    }
}

impl Group {
    fn is_over(&self) -> bool {
        self.fates.iter().all(|fate| *fate == Fate::Ended)
    }

    /// Whether this row of all still goes on, or has just ended.
    fn goes_on(&self, row: usize) -> bool {
        self.fates[row - self.rows.start] == Fate::GoesOn
    }

    /// What the model says of the next step of all rows.
    async fn ask(
        &self,
        thinker: &mut Thinker<'_>,
        plans: &[Vec<f32>],
        step: usize,
        noise: &[f32],
    ) -> Result<Answer> {
        // Beside what the model counts: with small networks many steps fit into a tick.
        add(self.rows.len() * PER_ROW);
        let (particles, stored) = (thinker.config.plan_particles, thinker.action.stored_size());
        let mut actions = Vec::with_capacity(self.rows.len() * thinker.action.encoded_size());
        for row in self.rows.clone() {
            let action = &plans[row / particles][step * stored..][..stored];
            thinker.action.encode(action, &mut actions);
        }
        let size = thinker.model.noise_size();
        let of_row = |row: usize| &noise[(step * particles + row % particles) * size..][..size];
        let drawn: Vec<f32> = self.rows.clone().flat_map(|row| of_row(row).iter().copied()).collect();
        let question = Question {
            state: &self.state,
            actions: &actions,
            members: &self.members,
            noise: (size > 0).then_some(drawn.as_slice()),
            with_disagreement: false,
        };
        let mut answer = Answer::default();
        thinker.model.step(question, &mut answer).await?;
        Ok(answer)
    }

    /// Adds the rewards of the rows that are not over, and ends those that end; how many went on.
    fn count(&mut self, answer: &Answer, thinker: &Thinker<'_>, discount: f32) -> u64 {
        let (rules, rewards) = (&thinker.rules, &thinker.rewards);
        let size = answer.state.obs.len() / self.rows.len();
        let mut counted = 0;
        for (index, obs) in answer.state.obs.chunks_exact(size).enumerate() {
            if self.fates[index] == Fate::GoesOn && has_overflowed(obs) {
                self.fates[index] = Fate::Lost;
            }
            match self.fates[index] {
                Fate::Ended => {}
                Fate::Lost => self.returns[index] += discount * rewards.start(),
                Fate::GoesOn => {
                    counted += 1;
                    let reward = answer.rewards[index].clamp(*rewards.start(), *rewards.end());
                    self.returns[index] += discount * reward;
                    if rules.borders.terminates(obs, answer.end_probabilities[index]) {
                        self.fates[index] = Fate::Ended;
                    }
                }
            }
        }
        counted
    }
}
