"""Tenants on a Kubernetes cluster, a namespace each. See docs/cloud/kubernetes.md."""

from paraat.cloud.drivers.kubernetes.driver import Driver

__all__ = ["Driver"]
