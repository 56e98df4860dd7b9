//! One loop, compiled for each kind of processor.
//!
//! **What.** A loop is written once, as an `#[inline(always)]` function with the constants R and C, how many rows and
//! columns a tile has, and FMA, whether a·b + c is one instruction. `instantiate!` makes the function that
//! others call: on x86-64 it asks the processor once and takes the version for AVX2 with FMA if it can, otherwise, and
//! in wasm with its 128-bit SIMD, the plain one.
//!
//! **Choices.** (1) The compiler vectorises; there are no intrinsics. (2) `mul_add` only where it is an instruction:
//! elsewhere it is a call of the C library. (3) No version for AVX-512: see [`super::tile`].

/// a·b + c, in one rounding where the processor can.
#[inline(always)]
pub fn madd<const FMA: bool>(a: f32, b: f32, c: f32) -> f32 {
    if FMA { a.mul_add(b, c) } else { a * b + c }
}

/// Whether the version for AVX2 and FMA may run. The answer is kept by the standard library.
#[cfg(target_arch = "x86_64")]
#[inline]
pub fn has_avx2() -> bool {
    std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma")
}

/// The vector instructions that decide how sums are rounded here.
pub fn name() -> &'static str {
    #[cfg(target_arch = "x86_64")]
    if has_avx2() {
        return "avx2 fma";
    }
    if cfg!(target_family = "wasm") { "simd128" } else { "" }
}

/// Makes `name` from the loop `body::<R, C, FMA>`.
macro_rules! instantiate {
    (
        $(#[$about:meta])*
        $visibility:vis fn $name:ident($($argument:ident: $kind:ty),* $(,)?) $(-> $result:ty)? = $body:ident
    ) => {
        $(#[$about])*
        #[allow(clippy::too_many_arguments)]
        $visibility fn $name($($argument: $kind),*) $(-> $result)? {
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2,fma")]
                #[allow(clippy::too_many_arguments)]
                fn with_avx2($($argument: $kind),*) $(-> $result)? {
                    $body::<6, 16, true>($($argument),*)
                }
                if $crate::isa::has_avx2() {
                    // SAFETY: the processor has both features, it was asked in the line above.
                    return unsafe { with_avx2($($argument),*) };
                }
            }
            $body::<4, 8, false>($($argument),*)
        }
    };
}
pub(crate) use instantiate;
