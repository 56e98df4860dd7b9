//! A kernel that the browser does not compile is an error with a name, not numbers without a meaning.
#![cfg(all(target_family = "wasm", webgpu))]

use mbppo::config::Activation;
use mbppo::gpu::{Queue, rnd};
use mbppo::kernels::rnd::Rnd;
use mbppo::kernels::{Adam, Mlp};
use wasm_bindgen_test::{console_log, wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
async fn a_kernel_that_does_not_compile_is_told_in_the_browsers_words() {
    mbppo::wasm::start();
    js_sys::eval(
        "const create = GPUDevice.prototype.createShaderModule;
        GPUDevice.prototype.createShaderModule = function (given) {
            return create.call(this, { ...given, code: given.code + ' nonsense' });
        };",
    )
    .expect("a script");
    let queue = match Queue::open().await {
        Ok(queue) => queue,
        Err(error) if option_env!("MBPPO_REQUIRE_WEBGPU").is_some() => panic!("{error}"),
        Err(error) => return console_log!("SKIPPED: {error}"),
    };
    let mlp = Mlp::new(0, 1, &[2, 4, 4], Activation::Tanh);
    let flat = vec![0.1; mlp.end()];
    let adam = Adam::new(flat.len(), 1e-3, 1e-8);
    let mut host = Rnd::new(mlp, flat.clone(), flat, adam);
    let mut device = rnd::Rnd::new(&queue, &host);
    device.begin(&host, &[0.5; 8], 4);
    assert!(device.update(), "a step");
    // The browser may report the kernel after the numbers of this read, but no later than at the next look.
    let failure = match device.read(&mut host, "reading a test").await {
        Ok(_) => queue.settle("reading a test").await,
        Err(error) => Err(error),
    };
    let failure = failure.expect_err("a refused kernel").to_string();
    console_log!("{failure}");
    assert!(
        failure.starts_with("The device failed while reading a test: refused by the browser"),
        "{failure}"
    );
}
