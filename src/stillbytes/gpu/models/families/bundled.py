"""The small networks that come with Stillbytes: sky, a person, faces, boxes around things. Always there."""

from stillbytes.gpu.models.licences import APACHE_2, MIT
from stillbytes.gpu.models.model import File, Licence, Local, Model, NetworkArchitecture, Task


def _bundled(
    id: str, title: str, task: Task, parameters: float, side: int, file: File, licence: Licence, quality: int, fact: str
) -> Model:
    return Model(
        id=id,
        family=id,
        title=title,
        kind="segmenter",
        engine="onnx",
        tasks=(task,),
        precision="fp32",
        architecture=NetworkArchitecture(parameters=parameters, side=side),
        files=(file,),
        licence=licence,
        quality=quality,
        facts=(fact,),
    )


MODELS: tuple[Model, ...] = (
    _bundled(
        "skyseg-u2netp",
        "Sky segmentation (U2-Net small)",
        "sky",
        1.13e6,
        384,
        File(
            "model",
            "segmentation/skyseg_u2netp_384.onnx",
            Local("skyseg_u2netp_384.onnx"),
            4_539_809,
            "baf478dd14dd2a4537f3b061d1550202ad5e08045354e9abe5cd89985ece31c1",
        ),
        MIT,
        4,
        "Converted from xiongzhu666/Sky-Segmentation-and-Post-processing, commit 1f7811b; tried here on the CPU.",
    ),
    _bundled(
        "selfie-segmentation",
        "Selfie segmentation",
        "person",
        0.11e6,
        256,
        File(
            "model",
            "segmentation/selfie_segmentation.onnx",
            Local("selfie_segmentation.onnx"),
            447_596,
            "1511ab5564cb0ae179cba9bcad6ad931003ccc71656f11fd270967023678c6a5",
        ),
        APACHE_2,
        2,
        "MediaPipe's network for one person near the camera; coarse. Tried here on the CPU.",
    ),
    _bundled(
        "yolox-nano",
        "YOLOX nano",
        "person",
        0.91e6,
        416,
        File(
            "model",
            "detection/yolox_nano.onnx",
            Local("yolox_nano.onnx"),
            3_660_092,
            "695e750a5d5754bb5a8d5325643b59282191a7e7a564e435a415fd3c578eab14",
        ),
        APACHE_2,
        3,
        "Boxes around 80 kinds of things (COCO); from Kazuhito00/YOLOX-ONNX-TFLite-Sample, commit 3d4f111.",
    ),
    _bundled(
        "blazeface-short",
        "BlazeFace short range",
        "parts",
        0.1e6,
        128,
        File(
            "model",
            "detection/blazeface_short.onnx",
            Local("blazeface_short.onnx"),
            213_104,
            "0f5f0d4857ce871a0483e87cd8bd394a255b6769a13cb26f9be698d96e787107",
        ),
        APACHE_2,
        3,
        "Faces; converted from face_detection_short_range.tflite of mediapipe 0.10.21. Answers as it to 2e-4.",
    ),
    _bundled(
        "face-mesh",
        "MediaPipe face mesh",
        "parts",
        0.6e6,
        192,
        File(
            "model",
            "detection/face_mesh.onnx",
            Local("face_mesh.onnx"),
            1_222_403,
            "661b4cb17642fdf8ae64153f00b42ddd391ca56d502fa091650a8b5bd8047182",
        ),
        APACHE_2,
        3,
        "468 places of a face; converted from face_landmark.tflite of mediapipe 0.10.21. Answers as it to 2e-4.",
    ),
)
