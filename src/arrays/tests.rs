//! Arrays come back to the last bit, and what does not fit is named.

use super::*;

fn some() -> Arrays {
    let mut arrays = Arrays::default();
    arrays.put("a", &[2, 1], [f64::MIN_POSITIVE, -0.0]);
    arrays.put("b", &[3], [true, false, true]);
    arrays.put("c", &[0, 4], Vec::<i64>::new());
    arrays.put("d", &[1], [f32::from_bits(0x7fc0_1234)]);
    arrays
}

#[test]
fn every_bit_comes_back_and_the_same_arrays_give_the_same_bytes() {
    let bytes = some().to_bytes("{\"π\": 1}").expect("a file");
    assert_eq!(some().to_bytes("{\"π\": 1}").expect("a file"), bytes);
    let (mut arrays, text) = Arrays::from_bytes(&bytes).expect("a file");
    assert_eq!((text.as_str(), arrays == some()), ("{\"π\": 1}", true));
    let zero: Vec<f64> = arrays.take_rows("a", &[1]).expect("there");
    assert_eq!(zero.iter().map(|x| x.to_bits()).collect::<Vec<_>>(), [1 << 52, 1 << 63]);
    assert_eq!(arrays.take::<bool>("b", &[3]).expect("there"), [true, false, true]);
    assert!(arrays.take_rows::<i64>("c", &[4]).expect("there").is_empty());
    assert_eq!(arrays.take_one::<f32>("d").expect("there").to_bits(), 0x7fc0_1234);
    arrays.finish().expect("all taken");
}

#[test]
fn what_does_not_fit_is_named() {
    let said = |error: Error| error.to_string();
    assert!(said(some().take::<f64>("a", &[2]).unwrap_err()).contains("a = [2, 1]"));
    assert!(said(some().take_rows::<f64>("a", &[2]).unwrap_err()).contains("its rows must be [2]"));
    assert!(said(some().take::<f32>("a", &[2, 1]).unwrap_err()).contains("a = F64"));
    assert!(said(some().take_one::<f32>("e").unwrap_err()).contains("e = nothing"));
    assert!(said(some().finish().unwrap_err()).contains("this run has no such array"));
    for bytes in [&b""[..], b"hello", &[0xff; 64], &some().to_bytes("{}").unwrap()[..40]] {
        assert!(said(Arrays::from_bytes(bytes).unwrap_err()).contains("a safetensors file"), "{bytes:?}");
    }
    let foreign = serialize(Vec::<(&str, TensorView<'_>)>::new(), None).expect("a file");
    assert!(said(Arrays::from_bytes(&foreign).unwrap_err()).contains("__metadata__.mbppo = nothing"));
}
