//! A step of the ensemble and a look at held-out rows, in tensors.
//!
//! **Choices.** A batch is uploaded in one piece, and a validation is read back in one piece.

use super::{WorldModel, read};
use crate::burn::tensor::Tensor;
use crate::error::Result;
use crate::world_model::Validation;
use crate::world_model::rows::Rows;

/// One step; gives the loss before it, `[1]`.
pub fn update(model: &mut WorldModel, batch: &Rows, eps: f32) -> Tensor<1> {
    let (mut input, target) = upload(model, batch, model.members());
    if eps > 0.0 {
        input = worst_case(model, input, target.clone(), eps);
    }
    let (loss, gradient) = loss_and_gradient(model, input, target);
    model.flat = model.adam.step(model.flat.clone(), gradient);
    loss
}

/// The batch as input [groups, B, O + A] and target [groups, B, O + 2].
fn upload(model: &WorldModel, batch: &Rows, groups: usize) -> (Tensor<3>, Tensor<3>) {
    let target_width = model.obs_size() + 2;
    let rows = batch.target.len() / target_width;
    let [inputs, targets] = [batch.input.len(), batch.target.len()];
    let block = model.device().floats([batch.input.as_slice(), &batch.target].concat(), [inputs + targets]);
    let part = |from: usize, count: usize| {
        block.clone().narrow(0, from, count).reshape([groups, rows / groups, count / rows])
    };
    (part(0, inputs), part(inputs, targets))
}

/// The loss of a minibatch, `[1]`, and its gradient, `[parameters]`.
pub fn loss_and_gradient(model: &WorldModel, input: Tensor<3>, target: Tensor<3>) -> (Tensor<1>, Tensor<1>) {
    let tracked = model.tracked();
    let output = model.output(&tracked.matrices, Tensor::from_inner(input));
    let loss = model.losses(output, Tensor::from_inner(target)).total;
    let gradient = tracked.gradient(&loss);
    (loss.inner(), gradient)
}

/// The input pushed by `eps` standard deviations in every state number to where the loss rises fastest
/// (Goodfellow et al. 2015, 1412.6572): what is learned there holds in a neighbourhood, not in a point.
pub fn worst_case(model: &WorldModel, input: Tensor<3>, target: Tensor<3>, eps: f32) -> Tensor<3> {
    pushed(model, input, eps, |matrices, input| {
        model.losses(model.output(matrices, input), Tensor::from_inner(target)).total
    })
}

/// The same for any loss of matrices and input [E, ·, O + A].
pub fn pushed(
    model: &WorldModel,
    input: Tensor<3>,
    eps: f32,
    loss: impl FnOnce(&[Tensor<3>], Tensor<3>) -> Tensor<1>,
) -> Tensor<3> {
    let [_, _, width] = input.dims();
    let tracked: Tensor<3> = Tensor::from_inner(input.clone()).require_grad();
    let matrices: Vec<Tensor<3>> = model.matrices().into_iter().map(Tensor::from_inner).collect();
    let Some(gradient) = tracked.grad(&loss(&matrices, tracked.clone()).backward()) else { return input };
    let push = (0..width).map(|column| if column < model.obs_size() { eps } else { 0.0 }).collect();
    input + gradient.sign() * model.device().floats(push, [1, 1, width])
}

/// The errors of all members on the same rows; the training loss is not known here.
///
/// # Errors
/// [`crate::Error::Device`] if the numbers cannot be read.
pub fn validate(model: &WorldModel, batch: &Rows) -> Result<Validation> {
    let (input, target) = upload(model, batch, 1);
    let all = |rows: Tensor<3>| model.for_all_members(rows.squeeze_dim(0));
    validation(model, model.output(&model.matrices(), all(input)), all(target))
}

/// The errors of this output [E, B, ·] against target [E, B, O + 2].
///
/// # Errors
/// [`crate::Error::Device`] if the numbers cannot be read.
pub fn validation(model: &WorldModel, output: Tensor<3>, target: Tensor<3>) -> Result<Validation> {
    let losses = model.losses(output.clone(), target.clone());
    let change = change_error(model, output, target);
    let numbers = vec![losses.state, losses.reward, losses.end, change, losses.total];
    let numbers = read(Tensor::cat(numbers, 0), "validating the world model")?;
    Ok(Validation {
        train_loss: 0.0,
        loss: numbers[4],
        squared: numbers[0] + numbers[1] + numbers[2],
        state_mse: numbers[3],
        reward_mse: numbers[1],
        end_bce: numbers[2],
    })
}

/// Squared state error in units of the usual change, whatever the model predicts, `[1]`.
fn change_error(model: &WorldModel, output: Tensor<3>, target: Tensor<3>) -> Tensor<1> {
    let size = model.obs_size();
    let units = model.scales().map_or_else(|| vec![1.0; size], |scales| scales.change_units().collect());
    let unit = model.device().floats(units, [1, 1, size]);
    let error = (output.narrow(2, 0, size) - target.narrow(2, 0, size)) * unit;
    (error.clone() * error).mean()
}
