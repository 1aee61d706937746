"""MedMNIST: names, checksums, counts and classes.

Checksums and counts are those of the official list, version 3.0.2:
https://github.com/MedMNIST/MedMNIST/blob/main/medmnist/info.py. ChestMNIST is left out: its images
have several labels each.
"""

import re
from typing import NamedTuple


class OfficialFile(NamedTuple):
    """One set: its checksum, images (train, val, test), and what it shows."""

    md5: str
    counts: tuple[int, int, int]
    description: str
    classes: tuple[str, ...]


ORGANS = (
    "bladder", "femur-left", "femur-right", "heart", "kidney-left", "kidney-right", "liver",
    "lung-left", "lung-right", "pancreas", "spleen",
)  # fmt: skip


TABLE: dict[str, OfficialFile] = {
    "pathmnist": OfficialFile(
        "a8b06965200029087d5bd730944a56c1", (89996, 10004, 7180),
        "colorectal histology patches, 28x28 RGB",
        ("adipose", "background", "debris", "lymphocytes", "mucus", "smooth muscle",
         "normal colon mucosa", "cancer-associated stroma",
         "colorectal adenocarcinoma epithelium"),
    ),
    "dermamnist": OfficialFile(
        "0744692d530f8e62ec473284d019b0c7", (7007, 1003, 2005),
        "dermatoscopic images of skin lesions, 28x28 RGB",
        ("actinic keratoses and intraepithelial carcinoma", "basal cell carcinoma",
         "benign keratosis-like lesions", "dermatofibroma", "melanoma", "melanocytic nevi",
         "vascular lesions"),
    ),
    "octmnist": OfficialFile(
        "c68d92d5b585d8d81f7112f81e2d0842", (97477, 10832, 1000),
        "retinal optical coherence tomography, 28x28 gray",
        ("choroidal neovascularization", "diabetic macular edema", "drusen", "normal"),
    ),
    "pneumoniamnist": OfficialFile(
        "28209eda62fecd6e6a2d98b1501bb15f", (4708, 524, 624),
        "pediatric chest X-ray, 28x28 gray",
        ("normal", "pneumonia"),
    ),
    "retinamnist": OfficialFile(
        "bd4c0672f1bba3e3a89f0e4e876791e4", (1080, 120, 400),
        "fundus photographs, five grades of diabetic retinopathy, 28x28 RGB",
        ("0", "1", "2", "3", "4"),
    ),
    "breastmnist": OfficialFile(
        "750601b1f35ba3300ea97c75c52ff8f6", (546, 78, 156),
        "breast ultrasound, 28x28 gray",
        ("malignant", "normal, benign"),
    ),
    "bloodmnist": OfficialFile(
        "7053d0359d879ad8a5505303e11de1dc", (11959, 1712, 3421),
        "single blood cells under the microscope, 28x28 RGB",
        ("basophil", "eosinophil", "erythroblast",
         "immature granulocytes (myelocytes, metamyelocytes and promyelocytes)", "lymphocyte",
         "monocyte", "neutrophil", "platelet"),
    ),
    "tissuemnist": OfficialFile(
        "ebe78ee8b05294063de985d821c1c34b", (165466, 23640, 47280),
        "kidney cortex cells under the microscope, 28x28 gray",
        ("Collecting Duct, Connecting Tubule", "Distal Convoluted Tubule",
         "Glomerular endothelial cells", "Interstitial endothelial cells", "Leukocytes",
         "Podocytes", "Proximal Tubule Segments", "Thick Ascending Limb"),
    ),
    "organamnist": OfficialFile(
        "68e3f8846a6bd62f0c9bf841c0d9eacc", (34561, 6491, 17778),
        "abdominal CT, organs in axial slices, 28x28 gray", ORGANS,
    ),
    "organcmnist": OfficialFile(
        "b9ceb9546e10131b32923c5bbeaea2b1", (12975, 2392, 8216),
        "abdominal CT, organs in coronal slices, 28x28 gray", ORGANS,
    ),
    "organsmnist": OfficialFile(
        "9ab87b696fb54e2a387ebe992d6ed5f1", (13932, 2452, 8827),
        "abdominal CT, organs in sagittal slices, 28x28 gray", ORGANS,
    ),
}  # fmt: skip


def official_classes(stem: str) -> tuple[str, ...] | None:
    """Class names of a file called like an official one (``bloodmnist``, ``bloodmnist_64``)."""
    official = TABLE.get(re.sub(r"_(28|64|128|224)$", "", stem))
    return official and official.classes
