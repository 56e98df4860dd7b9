//! Learners that plan: what acts is a search in the model, before every step.

use crate::config::learner::{Kind, Learner, Needs};
use crate::config::preset::{ForTask, Preset};
use crate::config::shown::Shown;

/// All of them.
pub(in crate::config) const LEARNERS: &[&Learner] = &[&PETS];

/// Probabilistic ensemble, trajectory sampling, iCEM: the trainer's `pets`.
const PETS: Learner = Learner {
    word: "pets",
    name: "PETS",
    kind: Kind::Planning,
    needs: Needs::Nothing,
    devices: &["cpu", "cpu-plain"],
    reads: &[&[
        "gamma",
        "num_steps",
        "learning_starts",
        "replay_capacity",
        "plan_candidates",
        "plan_particles",
        "plan_iterations",
        "plan_elites",
        "plan_noise",
        "plan_noise_exponent",
        "plan_momentum",
        "plan_caution",
    ]],
    shows: &[&[Shown::ImaginedSteps, Shown::ErrorByHorizon, Shown::Calibration]],
    networks: &[],
    presets: &[Preset {
        name: "pets",
        title: "PETS",
        explanation: "It has no policy: before every step it tries dozens of plans in its learned model, and does the \
                      first action of the best.",
        changes: &[
            ("algorithm", "pets"),
            ("imagination_rounds", "0"),
            ("curiosity", "none"),
            ("num_envs", "1"),
            ("num_steps", "50"),
            ("learning_starts", "100"),
            ("horizon", "30"),
            ("gamma", "0.99"),
            ("model_heads", "gaussian"),
            ("model_hidden_size", "64"),
            ("model_updates", "1000"),
            ("model_patience", "20"),
            ("eval_episodes", "5"),
        ],
        for_task: &[
            ForTask {
                task: "CartPole-v1",
                changes: &[
                    ("termination", "known"),
                    ("horizon", "50"),
                    ("plan_iterations", "2"),
                    ("plan_noise_exponent", "0.5"),
                    ("eval_every", "200"),
                ],
                why: "A cart that drifts has to be seen a second ahead, and balancing is to and fro. When an episode \
                      ends is what a model learns last, from a handful of falls, so the task's own rule is taken.",
            },
            ForTask {
                task: "Pendulum-v1",
                changes: &[("horizon", "20"), ("gamma", "1"), ("num_steps", "100")],
                why: "A second ahead is enough to see that swinging back pays.",
            },
        ],
    }],
};
