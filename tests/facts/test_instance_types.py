"""The lookups of instance types, compared with the source for every type."""

from __future__ import annotations

import string
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_constructs.facts import instance_types
from batch_constructs.facts.instance_types import (
    BUNDLES,
    Architecture,
    Hypervisor,
    InstanceType,
    InterfaceType,
    UsageClass,
)


def get(name: str) -> InstanceType:
    found = instance_types.find(name)
    assert found is not None
    return found


def test_every_described_type_is_known(described: dict[str, Any]) -> None:
    """Exactly the 1,395 types of the source are found."""
    assert len(described) == 1395
    assert set(instance_types.names()) == set(described)
    assert len(instance_types.names()) == 1395


def test_every_type_says_what_the_source_says(described: dict[str, Any]) -> None:
    """Processor, memory, price classes and generation are those of DescribeInstanceTypes, for every type."""
    for name, raw in described.items():
        found = get(name)
        assert found.name == name
        assert f"{found.family}.{found.size}" == name
        assert found.vcpus == raw["VCpuInfo"]["DefaultVCpus"]
        assert found.memory_mib == raw["MemoryInfo"]["SizeInMiB"]
        assert list(found.architectures) == raw["ProcessorInfo"]["SupportedArchitectures"]
        assert found.hypervisor == raw.get("Hypervisor")
        assert found.bare_metal is raw["BareMetal"]
        assert found.current_generation is raw["CurrentGeneration"]
        assert set(found.usage_classes) == set(raw["SupportedUsageClasses"])
        assert found.spot_supported is ("spot" in raw["SupportedUsageClasses"])
        assert set(found.placement_strategies) == set(raw["PlacementGroupInfo"]["SupportedStrategies"])


def test_every_accelerator_is_the_one_of_the_source(described: dict[str, Any]) -> None:
    """GPUs and Neuron devices have the source's counts, makers, models and memory, for every type."""
    for name, raw in described.items():
        found = get(name)
        gpus = raw.get("GpuInfo", {}).get("Gpus", [])
        assert [(g.count, g.physical_count, g.manufacturer, g.model, g.memory_mib) for g in found.gpus] == [
            (g["LogicalGpuCount"], g["Count"], g["Manufacturer"], g["Name"], g["MemoryInfo"]["SizeInMiB"])
            for g in gpus
        ]
        assert found.gpu_count == sum(g["LogicalGpuCount"] for g in gpus)
        devices = raw.get("NeuronInfo", {}).get("NeuronDevices", [])
        assert [(d.count, d.cores, d.model, d.memory_mib) for d in found.neuron_devices] == [
            (d["Count"], d["CoreInfo"]["Count"], d["Name"], d["MemoryInfo"]["SizeInMiB"]) for d in devices
        ]
        assert found.neuron_core_count == sum(d["Count"] * d["CoreInfo"]["Count"] for d in devices)


def test_every_network_card_is_the_one_of_the_source(described: dict[str, Any]) -> None:
    """Cards, their interfaces and the Elastic Fabric Adapter are those of the source, for every type."""
    for name, raw in described.items():
        found, network = get(name), raw["NetworkInfo"]
        assert [(c.index, c.max_interfaces, list(c.interface_types)) for c in found.network_cards] == [
            (c["NetworkCardIndex"], c["MaximumNetworkInterfaces"], c["InterfaceTypes"])
            for c in network["NetworkCards"]
        ]
        assert found.max_interfaces == network["MaximumNetworkInterfaces"]
        assert found.ipv4_per_interface == network["Ipv4AddressesPerInterface"]
        assert found.efa_supported is network["EfaSupported"]
        assert found.max_efa_interfaces == network.get("EfaInfo", {}).get("MaximumEfaInterfaces", 0)
        assert found.efa_supported is any(card.efa_supported for card in found.network_cards)


def test_every_instance_store_is_the_one_of_the_source(described: dict[str, Any]) -> None:
    """Disks that come with the instance have the source's number, size and kind, for every type."""
    for name, raw in described.items():
        store, storage = get(name).instance_store, raw.get("InstanceStorageInfo")
        assert (store is not None) is raw["InstanceStorageSupported"]
        if store is None:
            continue
        assert store.total_gb == storage["TotalSizeInGB"]
        assert store.disk_count == sum(disk["Count"] for disk in storage["Disks"])
        assert {store.disk_type} == {disk["Type"] for disk in storage["Disks"]}
        assert store.nvme is (storage["NvmeSupport"] == "required")


def test_a_large_gpu_type_reads_as_on_the_product_page() -> None:
    """p5.48xlarge has 8 H100 with 80 GiB each, 32 EFA interfaces and 8 NVMe disks."""
    p5 = get("p5.48xlarge")
    assert (p5.vcpus, p5.memory_mib, p5.gpu_count, p5.max_efa_interfaces) == (192, 2 * 1024**2, 8, 32)
    assert (p5.gpus[0].manufacturer, p5.gpus[0].model, p5.gpus[0].memory_mib) == ("NVIDIA", "H100", 81_920)
    assert len(p5.network_cards) == 32
    assert p5.network_cards[0].interface_types == (
        InterfaceType.INTERFACE,
        InterfaceType.EFA,
        InterfaceType.EFA_ONLY,
    )
    assert p5.instance_store is not None
    assert (p5.instance_store.total_gb, p5.instance_store.disk_count, p5.instance_store.nvme) == (
        30_400,
        8,
        True,
    )
    assert UsageClass.CAPACITY_BLOCK in p5.usage_classes


def test_a_plain_type_has_nothing_special() -> None:
    """c7i.large has neither GPU nor EFA nor disks, and runs on Nitro."""
    c7i = get("c7i.large")
    assert (c7i.family, c7i.size, c7i.vcpus, c7i.memory_mib) == ("c7i", "large", 2, 4096)
    assert (c7i.gpus, c7i.neuron_devices, c7i.instance_store) == ((), (), None)
    assert c7i.hypervisor is Hypervisor.NITRO
    assert not c7i.efa_supported
    assert (c7i.max_interfaces, c7i.ipv4_per_interface) == (3, 10)


def test_a_fractional_gpu_counts_as_the_one_that_the_driver_shows() -> None:
    """g6f has an eighth of a GPU, which counts as one for jobs."""
    assert get("g6f.large").gpu_count == 1
    assert get("g6f.large").gpus[0].physical_count == 0


@pytest.mark.parametrize(
    ("name", "family", "vcpus", "cards"),
    [("mac-m4.metal", "mac-m4", 10, 1), ("c7i-flex.large", "c7i-flex", 2, 1)],
)
def test_families_with_a_hyphen_keep_it(name: str, family: str, vcpus: float, cards: int) -> None:
    """The family is the whole part before the dot."""
    found = get(name)
    assert (found.family, found.vcpus, len(found.network_cards)) == (family, vcpus, cards)


@pytest.mark.parametrize(
    "name", ["", ".", "c7i", "c7i.", ".large", "c7i.huge", "optimal", "zz9.plural", "C7I.LARGE"]
)
def test_find_knows_exact_types_only(name: str) -> None:
    """Families, bundles, fragments and other cases are not found."""
    assert instance_types.find(name) is None


def test_a_type_is_its_own_only_member() -> None:
    """An exact type means itself, also if it is bare metal."""
    assert instance_types.members("c7i.large") == (get("c7i.large"),)
    assert instance_types.members("c7i.metal-24xl") == (get("c7i.metal-24xl"),)


def test_a_family_stands_for_its_sizes_without_bare_metal(described: dict[str, Any]) -> None:
    """Batch never picks bare metal from a family."""
    for family in instance_types.families():
        expected = {
            name for name, raw in described.items() if name.startswith(f"{family}.") and not raw["BareMetal"]
        }
        assert {member.name for member in instance_types.members(family)} == expected


def test_a_family_is_ordered_from_small_to_large() -> None:
    """Sizes are ordered by vCPUs, so that the first one that fits is the smallest."""
    sizes = [member.size for member in instance_types.members("c7i")]
    assert sizes[:4] == ["large", "xlarge", "2xlarge", "4xlarge"]
    assert sizes[-1] == "48xlarge"
    assert "metal-24xl" not in sizes


def test_a_family_of_bare_metal_alone_is_known_and_empty() -> None:
    """mac1 has no size that Batch could pick."""
    assert instance_types.is_known("mac1")
    assert instance_types.has_facts("mac1")
    assert instance_types.members("mac1") == ()


def test_bundles_stand_for_their_families() -> None:
    """optimal is the same as default_x86_64; default_arm64 has the Graviton families."""
    assert BUNDLES["optimal"] == BUNDLES["default_x86_64"] == ("m6i", "c6i", "r6i", "c7i")
    assert BUNDLES["default_arm64"] == ("m6g", "c6g", "r6g", "c7g")
    for bundle, families in BUNDLES.items():
        assert instance_types.members(bundle) == sum(map(instance_types.members, families), ())


def test_bundles_cannot_be_changed() -> None:
    """One importer cannot change them for the others."""
    with pytest.raises(TypeError):
        BUNDLES["optimal"] = ()  # type: ignore[index]


@pytest.mark.parametrize("name", ["zz9", "zz9.plural", "", "p3", "p3.2xlarge"])
def test_names_without_facts_have_no_members(name: str) -> None:
    """They give an empty result and no error."""
    assert instance_types.members(name) == ()
    assert not instance_types.has_facts(name)


@pytest.mark.parametrize(
    "name", ["c7i.large", "c7i", "optimal", "default_arm64", "p3", "p3.2xlarge", "g4ad.xlarge"]
)
def test_types_families_and_bundles_are_known(name: str) -> None:
    """Including those that the source's Region does not offer."""
    assert instance_types.is_known(name)


@pytest.mark.parametrize("name", ["c7ii", "c6i.largee", "zz9.plural", "", "Optimal"])
def test_other_names_are_not_known(name: str) -> None:
    """Invented names are unknown."""
    assert not instance_types.is_known(name)


def test_architectures_are_collected_over_types_families_and_bundles() -> None:
    """A mixture of Graviton and x86_64 has both; unknown names add nothing."""
    assert instance_types.architectures_of(["c7i", "optimal", "m5.large"]) == {Architecture.X86_64}
    assert instance_types.architectures_of(["default_arm64"]) == {Architecture.ARM64}
    assert instance_types.architectures_of(["c7i", "c7g.large"]) == {Architecture.X86_64, Architecture.ARM64}
    assert instance_types.architectures_of(["zz9", "p3"]) == frozenset()
    assert instance_types.architectures_of([]) == frozenset()


def test_old_types_that_also_run_32_bit_images_are_not_a_second_architecture() -> None:
    """t2 and m5 are no mixture: valid environments must pass."""
    assert Architecture.I386 in get("t2.small").architectures
    assert instance_types.architectures_of(["t2", "m5"]) == {Architecture.X86_64}


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("c6i.largee", "c6i.large"),
        ("c6i.9xlarge", "c6i.xlarge"),
        ("c7ii", "c7i"),
        ("c7ii.large", "c7i.large"),
        ("C6I.Large", "c6i.large"),
        ("c6i-large", "c6i.large"),
        ("g5.12xlarg", "g5.12xlarge"),
        ("m5.12xlrage", "m5.12xlarge"),
        ("optimall", "optimal"),
        ("default_x86", "default_x86_64"),
        ("default_arm", "default_arm64"),
        ("p3.2xlarg", "p3.2xlarge"),
        (" c7i.large ", "c7i.large"),
    ],
)
def test_a_misspelt_name_is_answered_with_what_was_meant(wrong: str, right: str) -> None:
    """Types, families and bundles are suggested, including those without facts."""
    assert instance_types.closest(wrong) == right


@pytest.mark.parametrize("name", ["", "foo", "zz9.plural", "t3.huge", "x" * 10_000])
def test_a_name_far_from_all_others_has_no_suggestion(name: str) -> None:
    """A wrong guess is worse than none."""
    assert instance_types.closest(name) is None


@given(st.text())
def test_lookups_take_any_string(text: str) -> None:
    """No string makes a lookup fail."""
    instance_types.find(text)
    instance_types.members(text)
    instance_types.is_known(text)
    instance_types.architectures_of([text])


@given(
    st.sampled_from(sorted(instance_types.names())),
    st.sampled_from(string.ascii_lowercase),
    st.integers(0, 20),
)
def test_one_letter_too_many_still_suggests_a_real_name(name: str, letter: str, at: int) -> None:
    """Every suggestion is a real name."""
    suggestion = instance_types.closest(name[:at] + letter + name[at:])
    assert suggestion is None or instance_types.is_known(suggestion)


def test_the_data_say_where_they_come_from() -> None:
    """The data have a source and a day."""
    source, date = instance_types.metadata()
    assert source == "DescribeInstanceTypes, as in moto 5.2.5"
    assert date == "2026-10-27"


def test_an_object_is_built_once() -> None:
    """A second lookup returns the same object."""
    assert instance_types.find("m5.large") is instance_types.find("m5.large")


def test_no_fact_starts_the_cdk() -> None:
    """Importing every module of facts loads neither the CDK nor jsii nor boto3."""
    program = (
        "import pkgutil, importlib, sys\n"
        "import batch_constructs\n"
        "before = set(sys.modules)\n"
        "import batch_constructs.facts as facts\n"
        "for module in pkgutil.iter_modules(facts.__path__):\n"
        "    importlib.import_module(f'{facts.__name__}.{module.name}')\n"
        "from batch_constructs.facts import instance_types\n"
        "assert instance_types.find('c7i.large') and instance_types.closest('c7ii') == 'c7i'\n"
        "heavy = {'aws_cdk', 'constructs', 'jsii', 'boto3', 'botocore', 'moto'} & set(sys.modules)\n"
        "ours = {name for name in set(sys.modules) - before if name.startswith('batch_constructs.')}\n"
        "assert not heavy, heavy\n"
        "assert all(name.startswith('batch_constructs.facts') for name in ours), ours\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_every_name_of_ec2_is_known() -> None:
    """EC2's own enumeration, as in botocore: 1,437 types in 210 families, 42 by name only."""
    from batch_constructs.facts.regenerate import names_in_botocore

    named = names_in_botocore()
    assert len(named) >= 1_437
    assert [name for name in named if not instance_types.is_known(name)] == []
    assert [name for name in named if not instance_types.is_known(name.partition(".")[0])] == []
    assert sum(instance_types.find(name) is None for name in named) <= 42


@pytest.mark.parametrize("name", ["g4ad.xlarge", "dl1", "m9g.metal-24xl", "u7ib-12tb", "p3", "f1.16xlarge"])
def test_what_is_known_by_name_is_no_misspelling(name: str) -> None:
    """CE-18, the argument checks and the warning about unfamiliar types do not report it."""
    from batch_constructs.facts.type_names import misspelt

    assert not misspelt(name)
    assert instance_types.closest(name) == name
