"""Images of the services, made on this host from Debian, PyPI and npm packages: no container registry has a part in it.

A folder with a `Containerfile` is an image: one of the catalog, of `bases/`, or a folder of this package (the entrance).
Its reference holds the digest of everything it is made from, so that "is it there" and "is it the newest" are one question.
"""

from paraat.cloud.images.building import Built, build
from paraat.cloud.images.sources import Image, image, images, reference

__all__ = ["Built", "Image", "build", "image", "images", "reference"]
