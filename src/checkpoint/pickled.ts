/** A value that has no parts; an integer that a number cannot hold exactly is a bigint. */
export type Scalar = null | boolean | number | bigint | string | Uint8Array;

/** What a pickle holds, as plain data; tuples are arrays, dictionaries are maps. */
export type Pickled =
	| Scalar
	| Pickled[]
	| Map<Pickled, Pickled>
	| Set<Pickled>
	| PythonObject
	| PersistentId;

/**
 * What a pickle says of a Python class, function or object: names and data, of which nothing ever runs.
 *
 * Without `args` it is the class or function itself.
 */
export class PythonObject {
	/** The module and the name, such as `argparse.Namespace`. */
	readonly className: string;
	/** What the class or function was called with. */
	declare readonly args?: readonly Pickled[];
	/** What `__setstate__` or `__dict__` was given. */
	declare state?: Pickled;
	/** The items of a subclass of `dict`. */
	declare entries?: Map<Pickled, Pickled>;
	/** The items of a subclass of `list` or `set`. */
	declare items?: Pickled[];

	constructor(className: string, args?: readonly Pickled[]) {
		this.className = className;
		if (args) this.args = args;
	}
}

/** A reference to something stored outside the pickle, such as the bytes of a tensor. */
export class PersistentId {
	readonly id: Pickled;

	constructor(id: Pickled) {
		this.id = id;
	}
}
