//! Learning from replay: targets, losses, gradients and updates of DQN and TD3.

use super::{CASES, GRADIENTS, OUTPUTS, PARAMETERS, Property, SMOOTH, UPDATES, floats, read};
use mbppo::burn::Device;
use mbppo::burn::{self as tensors, Targeted};
use mbppo::kernels::targeted::{self, FIRST_GAIN};
use mbppo::kernels::{Mlp, dqn, td3};
use mbppo::transitions::Transitions;

const RATE: f64 = 1e-3;

fn transitions(property: &mut Property, choices: bool, obs_size: usize, actions: usize) -> Transitions {
    let rows = property.rows();
    Transitions {
        obs: property.normals(rows * obs_size),
        actions: property.actions(choices, rows, actions),
        rewards: property.normals(rows),
        continues: property.uniforms(rows).iter().map(|x| f32::from(u8::from(*x > 0.2))).collect(),
        next_obs: property.normals(rows * obs_size),
    }
}

/// Shakes θ and θ' of the oracle, and gives the same network by hand.
fn twin(property: &mut Property, oracle: &mut Targeted, mlp: Mlp) -> targeted::Targeted {
    let [flat, target] = [0, 1].map(|_| property.shaken(oracle.flat.clone()));
    (oracle.flat, oracle.target) = (floats(&flat, [flat.len()]), floats(&target, [target.len()]));
    let mut ours = targeted::Targeted::new(mlp, flat, RATE);
    ours.target = target;
    ours
}

#[test]
fn deep_q_learning() {
    let mut property = Property::of("dqn");
    for case in 0..CASES {
        let (obs_size, choices, bend) = (property.size(20), 1 + property.size(8), SMOOTH[case % 2]);
        let sizes = property.hidden().sizes(obs_size, choices);
        let device = Device::cpu();
        let mut oracle = Targeted::new(&device, 1, &sizes, bend, FIRST_GAIN, RATE, &mut property.stream);
        let mut ours = dqn::Dqn::new(twin(&mut property, &mut oracle, Mlp::new(0, 1, &sizes, bend)));
        let settings =
            dqn::Settings { gamma: 0.97, double_q: case % 4 < 2, max_grad_norm: property.pick(&[0.1, 10.0]) };
        for update in 0..UPDATES {
            let batch = transitions(&mut property, true, obs_size, choices);
            let uploaded = tensors::Transitions::upload(&device, &batch);
            let what = format!("{sizes:?}, {bend:?}, {} rows, {settings:?}", batch.len());
            let targets = tensors::dqn::targets(&oracle, &uploaded, &settings);
            property.near(&what, "y", ours.set_targets(&batch, &settings), &read(targets.clone()), OUTPUTS);
            let (_, gradient) = tensors::dqn::loss_and_gradient(&oracle, &uploaded, targets);
            let expected = tensors::dqn::update(&mut oracle, &uploaded, &settings).expect("numbers");
            let numbers = ours.update(&batch, &settings);
            property.near(&what, "gradient", ours.q.gradient(), &read(gradient), GRADIENTS);
            property.near(&what, "loss, mean and length", &numbers, &expected, GRADIENTS);
            let tau = [0.3, 1.0][update % 2];
            oracle.follow(tau);
            ours.q.follow(tau);
        }
        let what = format!("{sizes:?}, {bend:?}");
        property.near(&what, "parameters", &ours.q.flat, &read(oracle.flat.clone()), PARAMETERS);
        property.near(&what, "slow copy", &ours.q.target, &read(oracle.target.clone()), PARAMETERS);
    }
}

#[test]
fn twin_delayed_policy_gradient() {
    let mut property = Property::of("td3");
    for case in 0..CASES {
        let (obs_size, actions, hidden) = (property.size(20), property.size(6), property.hidden());
        let (bend, device) = (SMOOTH[case % 2], Device::cpu());
        let sizes = [obs_size, actions];
        let mut oracle = tensors::td3::Td3::new(&device, sizes, (hidden, bend, RATE), &mut property.stream);
        let actor = Mlp::new(0, 1, &hidden.sizes(obs_size, actions), bend);
        let critics = Mlp::new(0, 2, &hidden.sizes(obs_size + actions, 1), bend);
        let actor = twin(&mut property, &mut oracle.actor, actor);
        let mut ours = td3::Td3::new(actor, twin(&mut property, &mut oracle.critics, critics));
        let settings = td3::Settings {
            gamma: 0.97,
            tau: 0.1,
            policy_delay: 2,
            target_policy_noise: 0.2,
            target_noise_clip: 0.3,
            max_grad_norm: property.pick(&[0.1, 10.0]),
        };
        for update in 0..UPDATES {
            let batch = transitions(&mut property, false, obs_size, actions);
            let uploaded = tensors::Transitions::upload(&device, &batch);
            let what = format!("{sizes:?}, {hidden:?}, {bend:?}, {} rows", batch.len());
            let noise: Vec<f32> =
                property.normals(batch.actions.len()).iter().map(|x| (0.2 * x).clamp(-0.3, 0.3)).collect();
            let targets = oracle.targets(&uploaded, floats(&noise, [batch.len(), actions]), 0.97);
            property.near(
                &what,
                "y",
                ours.set_targets(&batch, &noise, 0.97),
                &read(targets.clone()),
                OUTPUTS,
            );
            let (loss, gradient) = oracle.critic_loss(&uploaded, targets);
            property.near(&what, "critic loss", &[ours.critic_loss(&batch)], &read(loss), GRADIENTS);
            property.near(&what, "critics' gradient", ours.critics.gradient(), &read(gradient), GRADIENTS);
            let (loss, gradient) = oracle.actor_loss(&uploaded);
            let said = [ours.actor_loss(&batch)];
            // A mean of values of both signs: as near as its terms are, and these are about as large as 1.
            property.near(&what, "actor loss", &[said[0], 1.0], &[read(loss)[0], 1.0], OUTPUTS);
            property.near(&what, "actor's gradient", ours.actor.gradient(), &read(gradient), GRADIENTS);
            let stream = || mbppo::rng::Seed(update as u64).stream("noise");
            let theirs = oracle.update(&uploaded, &settings, &mut stream()).expect("numbers");
            let mut noise = stream();
            let updated = ours.update(&batch, &settings, || noise.normal());
            let numbers = |updated: &td3::Updated| {
                [
                    updated.critic_loss,
                    updated.actor_loss.unwrap_or(0.0),
                    updated.q_mean,
                    updated.grad_norm,
                    1.0,
                ]
            };
            property.near(&what, "numbers", &numbers(&updated), &numbers(&theirs), GRADIENTS);
        }
        let what = format!("{sizes:?}, {hidden:?}, {bend:?}");
        for (net, theirs) in [(&ours.actor, &oracle.actor), (&ours.critics, &oracle.critics)] {
            property.near(&what, "parameters", &net.flat, &read(theirs.flat.clone()), PARAMETERS);
            property.near(&what, "slow copies", &net.target, &read(theirs.target.clone()), PARAMETERS);
        }
    }
}
