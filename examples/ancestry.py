"""Ask the survey's lineage what a model descends from, and under which licenses."""

from __future__ import annotations

import modeltree


def main(name: str = "StableVicuna") -> None:
    """Print where a model comes from."""
    lineage = modeltree.datasets.load("survey")
    model = lineage[name]

    print(f"{model.name} ({model.released}) has weights or outputs of:")
    for ancestor in lineage.ancestors(name, relations=["weights", "outputs"]):
        known = lineage[ancestor]
        license = known.license.name if known.license else "no license on record"
        print(f"  {known.name}, {known.released}: {known.openness or known.kind}, {license}")

    print("\nHow it came from LLaMA:")
    for path in lineage.paths("LLaMA", name, relations="weights"):
        for step in path:
            print(f"  {lineage[step.parent].name} -> {lineage[step.child].name}: {step.relation}, {step.references[0]}")

    kin = lineage.kinship(name, "Koala", relations="weights")
    through = " and ".join(lineage[ancestor].name for ancestor in kin.through)
    print(f"\nIt is related to Koala through {through}.")

    closed = [
        lineage[ancestor].name
        for ancestor in lineage.ancestors(name, relations=["weights", "outputs"])
        if lineage[ancestor].openness == "closed"
    ]
    print(f"Closed models among its ancestors: {', '.join(closed) or 'none'}.")


if __name__ == "__main__":
    main()
