"""The rights of AWS Batch in a cluster, as objects of Kubernetes."""

from __future__ import annotations

import pytest

from batch_constructs.facts import eks, eks_access


def test_every_object_is_bound_to_the_user_of_aws_batch() -> None:
    """Troubleshooting T19: without the binding, jobs wait for ever."""
    objects = eks_access.manifests("jobs")
    assert [each["kind"] for each in objects] == [
        "Namespace",
        "ClusterRole",
        "ClusterRoleBinding",
        "Role",
        "RoleBinding",
    ]
    by_kind = {each["kind"]: each for each in objects}
    for kind in ("ClusterRole", "Role"):
        binding = by_kind[f"{kind}Binding"]
        assert binding["roleRef"] == {
            "kind": kind,
            "name": by_kind[kind]["metadata"]["name"],
            "apiGroup": "rbac.authorization.k8s.io",
        }
        assert binding["metadata"].get("namespace") == by_kind[kind]["metadata"].get("namespace")
        assert binding["subjects"] == [
            {"kind": "User", "name": eks.KUBERNETES_USER, "apiGroup": "rbac.authorization.k8s.io"}
        ]


def test_every_rule_has_the_members_of_kubernetes() -> None:
    """A rule with another member is refused by kubectl."""
    rules = [*eks_access.cluster_rules(), *eks_access.namespace_rules()]
    assert {member for rule in rules for member in rule} == {"apiGroups", "resources", "verbs"}


def test_objects_have_the_names_of_the_guide() -> None:
    """Cluster-wide names end with the namespace, because several namespaces share a cluster."""
    assert [each["metadata"]["name"] for each in eks_access.manifests("jobs")] == [
        "jobs",
        "aws-batch-cluster-role-jobs",
        "aws-batch-cluster-role-jobs-binding",
        "aws-batch-compute-environment-role",
        "aws-batch-compute-environment-role-binding",
    ]


def test_kubernetes_knows_every_version_and_member() -> None:
    """Each object has the version of its kind, and no member that kubectl would refuse."""
    role, binding = {"rules"}, {"subjects", "roleRef"}
    rbac = "rbac.authorization.k8s.io/v1"
    common = {"apiVersion", "kind", "metadata"}
    assert [(each["apiVersion"], each.keys() - common) for each in eks_access.manifests("jobs")] == [
        ("v1", set()),
        (rbac, role),
        (rbac, binding),
        (rbac, role),
        (rbac, binding),
    ]


@pytest.mark.parametrize(
    ("resource", "verbs"),
    [
        ("namespaces", {"get"}),
        ("nodes", {"get", "list", "watch"}),
        ("configmaps", {"get", "list", "watch"}),
        ("events", {"list"}),
        ("replicasets", {"get", "list", "watch"}),
        ("clusterrolebindings", {"get", "list"}),
    ],
)
def test_it_sees_of_the_cluster_what_the_guide_says(resource: str, verbs: set[str]) -> None:
    """It has no write access there."""
    rules = eks_access.cluster_rules()
    assert {verb for rule in rules if resource in rule["resources"] for verb in rule["verbs"]} == verbs
    written = {verb for rule in rules for verb in rule["verbs"]}
    assert written <= {"get", "list", "watch"}


def test_it_makes_and_deletes_pods_in_the_namespace_only() -> None:
    """Pods are all that it may change."""
    changing = [
        rule for rule in eks_access.namespace_rules() if set(rule["verbs"]) - {"get", "list", "watch"}
    ]
    assert [(rule["resources"], set(rule["verbs"]) - {"get", "list", "watch"}) for rule in changing] == [
        (["pods"], {"create", "delete", "patch"})
    ]


def test_two_namespaces_share_no_object() -> None:
    """Deleting the objects of one leaves the other's."""

    def names(namespace: str) -> set[tuple[str, str, str | None]]:
        return {
            (each["kind"], each["metadata"]["name"], each["metadata"].get("namespace"))
            for each in eks_access.manifests(namespace)
        }

    assert not names("one") & names("two")
