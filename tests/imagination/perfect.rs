//! A world that knows what will happen: the task itself.

use mbppo::dynamics::{Answer, Question, State};
use mbppo::env::{ActionSpace, Env, make};
use mbppo::imagination::Dynamics;
use mbppo::part::{Pending, done};
use mbppo::rng::Seed;

/// A task itself as a world model: two members that agree.
pub struct Perfect(pub &'static str);

/// The physical state behind an observation.
pub fn state_of(task: &str, obs: &[f32]) -> Vec<f64> {
    let wide: Vec<f64> = obs.iter().map(|&x| f64::from(x)).collect();
    match task {
        "Acrobot-v1" => vec![wide[1].atan2(wide[0]), wide[3].atan2(wide[2]), wide[4], wide[5]],
        "Pendulum-v1" => vec![wide[1].atan2(wide[0]), wide[2]],
        "CartPoleSwingUp-v0" => vec![wide[0], wide[1], wide[3].atan2(wide[2]), wide[4]],
        "DynaMaze-v0" => {
            let mut env = make(task).expect("a task");
            // The maze is small: look for the cell that is seen like this.
            let mut seen = vec![0.0; obs.len()];
            (0..54)
                .map(|cell| vec![f64::from(cell)])
                .find(|state| {
                    env.set_state(state);
                    env.observe(&mut seen);
                    seen == obs
                })
                .expect("a cell")
        }
        _ => wide,
    }
}

pub fn step_of(env: &mut dyn Env, action: &[f32]) -> (Vec<f32>, f32, bool) {
    // Chance has no part in any of them.
    let outcome = env.step(action, &mut Seed(0).stream("unused"));
    let mut next = vec![0.0; env.spec().obs_size()];
    env.observe(&mut next);
    (next, outcome.reward, outcome.terminated)
}

/// An action in the model's form as the task takes it.
pub fn task_form(space: ActionSpace, of_model: &[f32]) -> Vec<f32> {
    match space {
        ActionSpace::Discrete(_) => {
            vec![of_model.iter().position(|&entry| entry > 0.5).expect("one-hot") as f32]
        }
        ActionSpace::Box { bound, .. } => of_model.iter().map(|a| a * bound).collect(),
    }
}

impl Perfect {
    /// Next obs, rewards and ends of all branches, each flat.
    pub fn futures(&self, obs: &[f32], actions: &[f32]) -> [Vec<f32>; 3] {
        let mut env = make(self.0).expect("a task");
        let space = env.spec().action;
        let (mut next, mut reward, mut end) = (Vec::new(), Vec::new(), Vec::new());
        let actions = actions.chunks_exact(space.encoded_size());
        for (obs, action) in obs.chunks_exact(env.spec().obs_size()).zip(actions) {
            env.set_state(&state_of(self.0, obs));
            let (after, r, terminated) = step_of(env.as_mut(), &task_form(space, action));
            next.extend(after);
            reward.push(r);
            end.push(if terminated { 1.0 } else { 0.0 });
        }
        [next, reward, end]
    }
}

impl Dynamics for Perfect {
    fn step<'a>(&'a mut self, question: Question<'a>, answer: &'a mut Answer) -> Pending<'a, ()> {
        assert!(question.noise.is_none(), "a world that draws nothing is given no noise");
        assert!(question.members.iter().all(|&member| member < 2));
        let [obs, rewards, end_probabilities] = self.futures(&question.state.obs, question.actions);
        let disagreements = vec![0.0; rewards.len()];
        *answer = Answer { state: State::seen(obs), rewards, end_probabilities, disagreements };
        done(())
    }
}
