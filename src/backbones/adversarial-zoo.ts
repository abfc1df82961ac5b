import type { ArchitectureName } from "./architectures.js";
import { imagenet } from "./zoo-entry.js";

const folder =
	"https://huggingface.co/madrylab/robust-imagenet-models/resolve/main";

/** The checkpoints of one architecture, by what the files of all of them begin with. */
const of =
	(architecture: ArchitectureName, begin: string, parameters: number) =>
	(rest: string, clean: number, sha256?: string) => {
		const file = `${begin}_${rest}.ckpt`;
		return {
			model: "classifier",
			architecture,
			parameters,
			normalization: imagenet,
			file,
			sources: [`${folder}/${file}`],
			license: "MIT",
			clean,
			...(sha256 && { sha256 }),
		} as const;
	};

const resnet18 = of("resnet18", "resnet18", 11_689_512);
const resnet50 = of("resnet50", "resnet50", 25_557_032);
const wide2 = of("wide-resnet50-2", "wide_resnet50_2", 68_883_240);
const wide4 = of("wide-resnet50-4", "wide_resnet50_4", 223_439_144);
const resnext = of("resnext50-32x4d", "resnext50_32x4d", 25_028_904);

/**
 * The adversarially trained checkpoints of Salman et al. 2020, "Do Adversarially Robust ImageNet Models Transfer
 * Better?", with the accuracies of the repository microsoft/robust-models-transfer.
 */
export const adversarial = {
	"resnet18/l2-eps-0": resnet18("l2_eps0", 69.79),
	"resnet18/l2-eps-0.01": resnet18("l2_eps0.01", 69.9),
	"resnet18/l2-eps-0.03": resnet18("l2_eps0.03", 69.24),
	"resnet18/l2-eps-0.05": resnet18("l2_eps0.05", 69.15),
	"resnet18/l2-eps-0.1": resnet18("l2_eps0.1", 68.77),
	"resnet18/l2-eps-0.25": resnet18("l2_eps0.25", 67.43),
	"resnet18/l2-eps-0.5": resnet18("l2_eps0.5", 65.49),
	"resnet18/l2-eps-1": resnet18("l2_eps1", 62.32),
	"resnet18/l2-eps-3": resnet18("l2_eps3", 53.12),
	"resnet18/l2-eps-5": resnet18("l2_eps5", 45.59),
	"resnet18/linf-eps-0.5": resnet18("linf_eps0.5", 66.13),
	"resnet18/linf-eps-1": resnet18("linf_eps1.0", 63.46),
	"resnet18/linf-eps-2": resnet18("linf_eps2.0", 59.63),
	"resnet18/linf-eps-4": resnet18("linf_eps4.0", 52.49),
	"resnet18/linf-eps-8": resnet18("linf_eps8.0", 42.11),
	"resnet50/l2-eps-0": resnet50("l2_eps0", 75.8),
	"resnet50/l2-eps-0.01": resnet50("l2_eps0.01", 75.68),
	"resnet50/l2-eps-0.03": resnet50("l2_eps0.03", 75.76),
	"resnet50/l2-eps-0.05": resnet50("l2_eps0.05", 75.59),
	"resnet50/l2-eps-0.1": resnet50("l2_eps0.1", 74.78),
	"resnet50/l2-eps-0.25": resnet50("l2_eps0.25", 74.14),
	"resnet50/l2-eps-0.5": resnet50("l2_eps0.5", 73.16),
	"resnet50/l2-eps-1": resnet50("l2_eps1", 70.43),
	"resnet50/l2-eps-3": resnet50("l2_eps3", 62.83),
	"resnet50/l2-eps-5": resnet50("l2_eps5", 56.13),
	"resnet50/linf-eps-0.5": resnet50("linf_eps0.5", 73.73),
	"resnet50/linf-eps-1": resnet50("linf_eps1.0", 72.05),
	"resnet50/linf-eps-2": resnet50("linf_eps2.0", 69.1),
	"resnet50/linf-eps-4": resnet50(
		"linf_eps4.0",
		63.86,
		"9e62216975c111b8081481533b6142dec34be69abe5d90b54d7f860015c263db",
	),
	"resnet50/linf-eps-8": resnet50("linf_eps8.0", 54.53),
	"wide-resnet50-2/l2-eps-0": wide2("l2_eps0", 76.97),
	"wide-resnet50-2/l2-eps-0.01": wide2("l2_eps0.01", 77.25),
	"wide-resnet50-2/l2-eps-0.03": wide2("l2_eps0.03", 77.26),
	"wide-resnet50-2/l2-eps-0.05": wide2("l2_eps0.05", 77.17),
	"wide-resnet50-2/l2-eps-0.1": wide2("l2_eps0.1", 76.74),
	"wide-resnet50-2/l2-eps-0.25": wide2("l2_eps0.25", 76.21),
	"wide-resnet50-2/l2-eps-0.5": wide2("l2_eps0.5", 75.11),
	"wide-resnet50-2/l2-eps-1": wide2("l2_eps1", 73.41),
	"wide-resnet50-2/l2-eps-3": wide2("l2_eps3", 66.9),
	"wide-resnet50-2/l2-eps-5": wide2("l2_eps5", 60.94),
	"wide-resnet50-2/linf-eps-0.5": wide2("linf_eps0.5", 75.82),
	"wide-resnet50-2/linf-eps-1": wide2("linf_eps1.0", 74.65),
	"wide-resnet50-2/linf-eps-2": wide2("linf_eps2.0", 72.35),
	"wide-resnet50-2/linf-eps-4": wide2("linf_eps4.0", 68.41),
	"wide-resnet50-2/linf-eps-8": wide2("linf_eps8.0", 60.82),
	"wide-resnet50-4/l2-eps-0": wide4("l2_eps0", 77.91),
	"wide-resnet50-4/l2-eps-0.01": wide4("l2_eps0.01", 78.02),
	"wide-resnet50-4/l2-eps-0.03": wide4("l2_eps0.03", 77.87),
	"wide-resnet50-4/l2-eps-0.05": wide4("l2_eps0.05", 77.77),
	"wide-resnet50-4/l2-eps-0.1": wide4("l2_eps0.1", 77.64),
	"wide-resnet50-4/l2-eps-0.25": wide4("l2_eps0.25", 77.1),
	"wide-resnet50-4/l2-eps-0.5": wide4("l2_eps0.5", 76.52),
	"wide-resnet50-4/l2-eps-1": wide4("l2_eps1", 75.51),
	"wide-resnet50-4/l2-eps-3": wide4("l2_eps3", 69.67),
	"wide-resnet50-4/l2-eps-5": wide4("l2_eps5", 65.2),
	"resnext50-32x4d/l2-eps-0": resnext("l2_eps0", 77.38),
	"resnext50-32x4d/l2-eps-3": resnext("l2_eps3", 66.25),
} as const;
