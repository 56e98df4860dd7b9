//! A graphics processor that goes away is an error with a name, not numbers without a meaning.
#![cfg(all(target_family = "wasm", webgpu))]

use mbppo::gpu::Queue;
use wasm_bindgen_test::{console_log, wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
async fn a_device_that_is_lost_while_something_is_read_is_told_as_lost_by_that_read_and_all_that_follow() {
    mbppo::wasm::start();
    js_sys::eval(
        "const request = GPUAdapter.prototype.requestDevice;
        GPUAdapter.prototype.requestDevice = async function (...given) {
            return globalThis.device = await request.apply(this, given);
        };",
    )
    .expect("a script");
    let queue = match Queue::open().await {
        Ok(queue) => queue,
        Err(error) if option_env!("MBPPO_REQUIRE_WEBGPU").is_some() => panic!("{error}"),
        Err(error) => return console_log!("SKIPPED: {error}"),
    };
    let buffer = queue.floats(&[1.0, 2.0, 3.0, 4.0]);
    assert_eq!(queue.read(&[&buffer], "testing").await, Ok(vec![vec![1.0, 2.0, 3.0, 4.0]]));
    // The mapping is refused before anybody has heard that the device is gone.
    js_sys::eval(
        "const map = GPUBuffer.prototype.mapAsync;
        GPUBuffer.prototype.mapAsync = function (...given) {
            device.destroy();
            return map.apply(this, given);
        };",
    )
    .expect("a script");
    for _ in 0..2 {
        let failure = queue.read(&[&buffer], "reading a test").await.expect_err("a lost device").to_string();
        told_as_lost(&failure);
    }
    told_as_lost(&queue.settle("reading a test").await.expect_err("a lost device").to_string());
    let failure = Queue::open().await.expect_err("a lost device").to_string();
    assert!(
        failure.contains("opening WebGPU") && failure.contains("reload the page to reopen it"),
        "{failure}"
    );
}

fn told_as_lost(failure: &str) {
    let begin = "The device failed while reading a test: the browser lost the graphics processor";
    assert!(failure.starts_with(begin), "{failure}");
    assert!(failure.to_lowercase().contains("destroyed"), "{failure}");
}
