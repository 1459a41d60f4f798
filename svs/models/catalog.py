"""The Whisper models that svs knows by name: where they are, and the hashes of their files.

The hashes are those that several public projects pin for these revisions; the hub's own data is not enough.
Files without a public hash are checked by size, and parsed strictly: see `svs.models.strict`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

WEIGHTS = "model.bin"
NEEDED = ("config.json", WEIGHTS, "tokenizer.json")  # without the last, faster-whisper asks a hub
VOCABULARIES = ("vocabulary.json", "vocabulary.txt")  # one of them; CTranslate2 uses the first that exists
FILES = (*NEEDED, *VOCABULARIES, "preprocessor_config.json")
"""The files of a model: no others are read, copied or downloaded."""

Verified = Literal["yes", "weights", "no"]
"""Which files had the SHA-256 of the catalog when the model was installed: all, the weights, or none."""


@dataclass(frozen=True, slots=True)
class File:
    """The size and hash of a known model's file."""

    bytes: int
    sha256: str = ""
    """Empty if nobody has published it."""


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A model that can be downloaded by name."""

    name: str
    repo: str
    """Its repository on the hub."""
    revision: str
    megabytes: int
    """The approximate size of the download."""
    multilingual: bool
    """It knows 99 languages and can translate; the others only know English."""
    files: Mapping[str, File] = field(default_factory=dict)
    """Its files; empty if nobody has published their sizes."""


_MULTILINGUAL = {
    "tokenizer.json": File(2203239, "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab"),
    "vocabulary.txt": File(459861, "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913"),
}
_ENGLISH = {
    "tokenizer.json": File(2128466, "929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df"),
    "vocabulary.txt": File(422309, "ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf"),
}
_V3 = {
    "preprocessor_config.json": File(340, "7ccc62c6f2765af1f3b46c00c9b5894426835a05021c8b9c01eecb6dfb542711"),
    "tokenizer.json": File(2480617, "6d8cbd7cd0d8d5815e478dac67b85a26bbe77c1f5e0c6d76d1ce2abc0e5f21ca"),
    "vocabulary.json": File(1068114, "c69260f2ab26d659b7c398f9a2b2b48ed0df16c3b47d7326782fd9cba71690c1"),
}

CATALOG = (
    KnownModel(
        "tiny.en",
        "Systran/faster-whisper-tiny.en",
        "0d3d19a32d3338f10357c0889762bd8d64bbdeba",
        78,
        multilingual=False,
        files={
            **_ENGLISH,
            "config.json": File(2317, "14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5"),
            "model.bin": File(75537502, "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a"),
        },
    ),
    KnownModel(
        "tiny",
        "Systran/faster-whisper-tiny",
        "d90ca5fe260221311c53c58e660288d3deb8d356",
        78,
        multilingual=True,
        files={
            **_MULTILINGUAL,
            "config.json": File(2249, "a73a28cdfe1c43ccc7202fa333d1f89c202477271407ae9a7f19afa52039cac8"),
            "model.bin": File(75538270, "dcb76c6586fc06cbdac6dd21f14cfd129cc4cdd9dce19bf4ffa62e59cbe6e6d1"),
        },
    ),
    KnownModel(
        "base.en",
        "Systran/faster-whisper-base.en",
        "3d3d5dee26484f91867d81cb899cfcf72b96be6c",
        148,
        multilingual=False,
        files={
            **_ENGLISH,
            "config.json": File(2227, "f3bc3821e9fc76a27bae538e11ae5b677dcdd352b4600429ce7951d398569aeb"),
            "model.bin": File(145216508, "2a166925539a16005f14ff328359f9b9adb9dc4fb631bb3b227526862e93e2ef"),
        },
    ),
    KnownModel(
        "base",
        "Systran/faster-whisper-base",
        "ebe41f70d5b6dfa9166e2c581c45c9c0cfc57b66",
        148,
        multilingual=True,
        files={
            **_MULTILINGUAL,
            "config.json": File(2309, "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a"),
            "model.bin": File(145217532, "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"),
        },
    ),
    KnownModel(
        "small.en",
        "Systran/faster-whisper-small.en",
        "d1d751a5f8271d482d14ca55d9e2deeebbae577f",
        486,
        multilingual=False,
        files={
            **_ENGLISH,
            "config.json": File(2657, "666a9605530ac1f61fa8177f3702b4dacec9966749e42610839fcc32661d5fae"),
            "model.bin": File(483545366, "62b2a45b05ee59acb4a5341b33ee35e041395d378d418a18acfe4c9e768ee37a"),
        },
    ),
    KnownModel(
        "small",
        "Systran/faster-whisper-small",
        "536b0662742c02347bc0e980a01041f333bce120",
        486,
        multilingual=True,
        files={
            **_MULTILINGUAL,
            "config.json": File(2370, "b55496ac7940a7ae47d2c01eab40edfd8701feec1229d9cce3b40014383fb828"),
            "model.bin": File(483546902, "3e305921506d8872816023e4c273e75d2419fb89b24da97b4fe7bce14170d671"),
        },
    ),
    KnownModel(
        "medium.en",
        "Systran/faster-whisper-medium.en",
        "a29b04bd15381511a9af671baec01072039215e3",
        1530,
        multilingual=False,
        files={
            **_ENGLISH,
            "config.json": File(2643, "4a1848ebabe7938d9797c15a2e8e4ce1d36e6fd4a43d096ae5955257c67c7962"),
            "model.bin": File(1527904330, "11b220779aea4c6f3ce9d2549c8a95ea869ed84066864b999531ef53e594fe5b"),
        },
    ),
    KnownModel(
        "medium",
        "Systran/faster-whisper-medium",
        "08e178d48790749d25932bbc082711ddcfdfbc4f",
        1531,
        multilingual=True,
        files={
            **_MULTILINGUAL,
            "config.json": File(2257, "3622a2ddc41ec0e0fd4e68c13c6830f03b90c38d89aaad184de02c8c642cf807"),
            "model.bin": File(1527906378, "9b45e1009dcc4ab601eff815b61d80e60ce3fd8c74c1a14f4a282258286b51ae"),
        },
    ),
    KnownModel(
        "large-v1",
        "Systran/faster-whisper-large-v1",
        "b07c8d4be0be90092aa01a29c975077acb8d15c9",
        3090,
        multilingual=True,
        files={
            "config.json": File(2352),
            "model.bin": File(3086912962, "a3cce8081a5414206ab09a80aa410ebf9965feef52adafeead13f4a83398b1d1"),
            "tokenizer.json": File(2203239),
            "vocabulary.txt": File(459861),
        },
    ),
    KnownModel(
        "large-v2",
        "Systran/faster-whisper-large-v2",
        "f0fe81560cb8b68660e564f55dd99207059c092e",
        3090,
        multilingual=True,
        files={
            **_MULTILINGUAL,
            "config.json": File(2796, "d86b7a7664a12559d644aa210a32ce9a7e03913e794b7ea4fb7182de69e273a7"),
            "model.bin": File(3086912962, "bf2a9746382e1aa7ffff6b3a0d137ed9edbd9670c3b87e5d35f5e85e70d0333a"),
        },
    ),
    KnownModel(
        "large-v3",
        "Systran/faster-whisper-large-v3",
        "edaa852ec7e145841d8ffdb056a99866b5f0a478",
        3091,
        multilingual=True,
        files={
            **_V3,
            "config.json": File(2394, "a9306624f5ec14270a014b647e5c316b6e03a662c369758d1b90697a7b0655b9"),
            "model.bin": File(3087284237, "69f74147e3334731bc3a76048724833325d2ec74642fb52620eda87352e3d4f1"),
        },
    ),
    KnownModel(
        "large-v3-turbo",
        "mobiuslabsgmbh/faster-whisper-large-v3-turbo",
        "0a363e9161cbc7ed1431c9597a8ceaf0c4f78fcf",
        1622,
        multilingual=True,
        files={
            **_V3,
            "config.json": File(2263, "b0253ea6c0d3bea6b1e19e91a02acfd3b53f4467362efcb5a3e6b16c9b3a9b7e"),
            "model.bin": File(1617884929, "e76620f83d5f5b69efd3d87e3dc180c1bd21df9fbebacfd4335e5e1efcc018da"),
            "tokenizer.json": File(
                2710337, "297b13372ac43916285644fb9687add3cc62ee2a1adb60da3dc25cc94c1871fd"
            ),
        },
    ),
    KnownModel(
        "distil-small.en",
        "Systran/faster-distil-whisper-small.en",
        "ef77d90526ccd62cde3808ee70626a01e5cf83e4",
        336,
        multilingual=False,
        files={
            "config.json": File(2812, "b571ae8022a34c1df50876a65b5f813a5c22e5ee3b87bc0e4db5662dfc9c2c3d"),
            "model.bin": File(332308257, "1187de3982cdcf962a2fb8f797e429fb4651b875b18fe9ce50b58b52fc9072b7"),
            "preprocessor_config.json": File(
                339, "a6a76d28c93edb273669eb9e0b0636a2bddbb1272c3261e47b7ca6dfdbac1b8d"
            ),
            "tokenizer.json": File(
                2405466, "c9c77688528c0509abbd41873edab16384b8f041531b1d3092ab4d1d83a02a50"
            ),
            "vocabulary.json": File(
                825480, "4dadfee7c4a871665f65c06037f5f5ec893fb2d7f5eb4cf11063618e31dbe11a"
            ),
        },
    ),
    KnownModel(
        "distil-medium.en",
        "Systran/faster-distil-whisper-medium.en",
        "80ddfce281f77766d8943d63109199fc8145dfa5",
        792,
        multilingual=False,
        files={
            "config.json": File(2574),
            "model.bin": File(788826555, "d4cb75d823dcd2647191064da76f026774c06c036908f38456165368d0e2d66a"),
            "preprocessor_config.json": File(339),
            "tokenizer.json": File(2405678),
            "vocabulary.json": File(
                825480, "4dadfee7c4a871665f65c06037f5f5ec893fb2d7f5eb4cf11063618e31dbe11a"
            ),
        },
    ),
    # These three large models have the multilingual vocabulary, but were trained only on English.
    KnownModel(
        "distil-large-v2",
        "Systran/faster-distil-whisper-large-v2",
        "fe9b404fc56de3f7c38606ef9ba6fd83526d05e4",
        1516,
        multilingual=False,
    ),
    KnownModel(
        "distil-large-v3",
        "Systran/faster-distil-whisper-large-v3",
        "c3058b475261292e64a0412df1d2681c06260fab",
        1516,
        multilingual=False,
        files={
            **_V3,
            "config.json": File(2690, "90c55f775cc4e0bb17293d0bf12f96557a486f20dea886fabd8e6075a3588b21"),
            "model.bin": File(1512927867, "b79368e19b6623813609431a6e5ee309a71506701ebc49fd7820e692dec7c5f5"),
        },
    ),
    KnownModel(
        "distil-large-v3.5",
        "distil-whisper/distil-large-v3.5-ct2",
        "9793ccc07920e0f830e1dba0343efcdf0ef8c903",
        1516,
        multilingual=False,
        files={
            "config.json": File(2690),
            "model.bin": File(1512927867, "c58b88b8585ffcd2135fddaaf421ce72cb223b32edea70d156aed1dea319a119"),
            "preprocessor_config.json": File(340),
            "tokenizer.json": File(2480645),
            "vocabulary.json": File(1068114),
        },
    ),
)
KNOWN = {model.name: model for model in CATALOG}
ALIASES = {"large": "large-v3", "turbo": "large-v3-turbo"}


def verified(sums: Mapping[str, str]) -> Verified:
    """Return which of a model's files, given with their SHA-256, are those of a known model."""
    weights = sums.get(WEIGHTS)
    for model in CATALOG:
        pinned = {name: file.sha256 for name, file in model.files.items()}
        if weights and weights == pinned.get(WEIGHTS):
            return "yes" if sums == pinned else "weights"
    return "no"


def is_pinned(small: Mapping[str, str], weights: int) -> bool:
    """Return whether the hashes of the small files and the size of the weights are those of a known model."""
    for model in CATALOG:
        others = {name: file.sha256 for name, file in model.files.items() if name != WEIGHTS}
        if small == others and weights == model.files[WEIGHTS].bytes:
            return True
    return False
