import { Resvg } from "@resvg/resvg-js";

/** The kernel's logo: a clean curve and one that drops. */
export const logoSvg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">
<rect width="64" height="64" rx="10" fill="#3178c6"/>
<path d="M12 12V52H54" fill="none" stroke="#fff" stroke-width="4" stroke-linecap="round" stroke-linejoin="round" opacity=".6"/>
<path d="M20 22C30 18 42 17 52 17" fill="none" stroke="#fff" stroke-width="5" stroke-linecap="round"/>
<path d="M20 24C32 26 40 34 52 44" fill="none" stroke="#ffd166" stroke-width="5" stroke-linecap="round"/>
</svg>
`;

/** The logo as a square PNG. */
export function logoPng(side: number): Buffer {
	return new Resvg(logoSvg, { fitTo: { mode: "width", value: side } })
		.render()
		.asPng();
}
