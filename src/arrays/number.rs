//! The kinds of numbers that an array of a file can hold.

/// A kind of number that an array can hold.
pub trait Number: Copy + private::Bytes {}

mod private {
    use safetensors::tensor::Dtype;

    /// A number as little-endian bytes, and back.
    pub trait Bytes: Sized {
        const DTYPE: Dtype;
        const SIZE: usize;
        fn append(self, bytes: &mut Vec<u8>);
        fn read(bytes: &[u8]) -> Option<Self>;
    }

    macro_rules! numbers {
        ($($number:ty = $dtype:ident, $size:literal;)+) => { $(
            impl Bytes for $number {
                const DTYPE: Dtype = Dtype::$dtype;
                const SIZE: usize = $size;
                fn append(self, bytes: &mut Vec<u8>) {
                    bytes.extend_from_slice(&self.to_le_bytes());
                }
                fn read(bytes: &[u8]) -> Option<Self> {
                    Some(Self::from_le_bytes(bytes.try_into().ok()?))
                }
            }
            impl super::Number for $number {}
        )+ };
    }

    numbers! {
        f32 = F32, 4;
        f64 = F64, 8;
        i64 = I64, 8;
    }

    impl Bytes for bool {
        const DTYPE: Dtype = Dtype::BOOL;
        const SIZE: usize = 1;
        fn append(self, bytes: &mut Vec<u8>) {
            bytes.push(u8::from(self));
        }
        fn read(bytes: &[u8]) -> Option<Self> {
            Some(*bytes.first()? != 0)
        }
    }
    impl super::Number for bool {}
}
