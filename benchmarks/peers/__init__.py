"""The peers: what the service is measured against, each as its own kind of programmer would write it."""
