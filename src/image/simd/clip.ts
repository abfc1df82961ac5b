/** Four numbers held in 0-1; what is no number stays so. */
export function clipped(x: v128): v128 {
	return f32x4.pmin(f32x4.pmax(x, f32x4.splat(0)), f32x4.splat(1));
}
