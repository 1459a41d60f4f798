"""What outside files may reach inside ffmpeg: its demuxers and decoders, by their names."""

import re
from typing import Literal

from svs.errors import UsageError

Codecs = Literal["audio", "text", "video", "copy", "pictures"]

FORMATS = (
    "aac,ac3,ac4,aiff,amr,amrnb,amrwb,ape,asf,asf_o,au,avi,caf,dhav,dsf,dss,dts,dtshd,dv,eac3,flac,flv,gxf,"
    "iamf,ivr,lc3,loas,lxf,matroska,mlp,mov,mp3,mpc,mpc8,mpeg,mpegts,mxf,nistsphere,nsv,nut,nuv,ogg,oma,osq,"
    "pva,qcp,qoa,rm,shn,sox,tak,truehd,tta,ty,vivo,voc,vqf,w64,wav,wsd,wtv,wv"
)
"""The demuxers: containers that carry sound and never name another file.

Playlists (hls, concat, dash), devices, pictures and texts are not among them.
"""

NAMING_OTHERS = (
    "hls,applehttp,concat,dash,webm_dash_manifest,sdp,rtsp,rtp,sap,imf,lavfi,image2,image2pipe,avisynth,"
    "vapoursynth,vobsub,mlv,dvdvideo,tedcaptions,ffmetadata,alias_pix,brender_pix"
)
"""Formats that make ffmpeg open other files, disks or addresses, or run a script; or that hold no sound."""

DECODERS: dict[Codecs, str] = {
    "audio": (
        "aac,aac_latm,ac3,adpcm_ima_qt,adpcm_ima_wav,adpcm_ms,adpcm_sbpro_2,adpcm_sbpro_3,adpcm_sbpro_4,"
        "adpcm_swf,adpcm_yamaha,alac,als,amrnb,amrwb,ape,atrac1,atrac3,atrac3al,atrac3plus,atrac3plusal,cook,dca,"
        "dolby_e,dsd_lsbf,dsd_lsbf_planar,dsd_msbf,dsd_msbf_planar,dss_sp,dst,dvaudio,eac3,evrc,flac,g722,g723_1,"
        "g726,g726le,g729,gsm,gsm_ms,ilbc,imc,libgsm,libgsm_ms,libopencore_amrnb,libopencore_amrwb,libopus,libspeex,"
        "libvorbis,mace3,mace6,metasound,mlp,mp1,mp1float,mp2,mp2float,mp3,mp3adu,mp3adufloat,mp3float,mp3on4,"
        "mp3on4float,mpc7,mpc8,nellymoser,on2avc,opus,osq,pcm_alaw,pcm_bluray,pcm_dvd,pcm_f16le,pcm_f24le,pcm_f32be,"
        "pcm_f32le,pcm_f64be,pcm_f64le,pcm_lxf,pcm_mulaw,pcm_s16be,pcm_s16be_planar,pcm_s16le,pcm_s16le_planar,"
        "pcm_s24be,pcm_s24daud,pcm_s24le,pcm_s24le_planar,pcm_s32be,pcm_s32le,pcm_s32le_planar,pcm_s64be,"
        "pcm_s64le,pcm_s8,pcm_s8_planar,pcm_u16be,pcm_u16le,pcm_u24be,pcm_u24le,pcm_u32be,pcm_u32le,pcm_u8,qcelp,"
        "qdm2,qdmc,qoa,ralf,real_144,real_288,s302m,shorten,sipr,speex,tak,truehd,truespeech,tta,twinvq,vorbis,"
        "wavpack,wmalossless,wmapro,wmav1,wmav2,wmavoice"
    ),
    "text": "ass,mov_text,srt,ssa,subrip,text,webvtt",
    "video": (
        "av1,dvvideo,flv,h263,h264,hevc,libaom-av1,libdav1d,libvpx,libvpx-vp9,mjpeg,mpeg1video,mpeg2video,mpeg4,"
        "msmpeg4,msmpeg4v2,prores,theora,vc1,vp8,vp9,wmv1,wmv2,wmv3"
    ),
}
"""The decoders for each kind of work; in every other one, a hole does not matter."""
DECODERS["copy"] = ",".join(DECODERS.values())
"""Subtitles may need another form, and a broadcast describes its pictures and sound only inside them."""
DECODERS["pictures"] = "ppm"
"""What an ffmpeg has made of an outside file before."""


def formats(more: str = "") -> tuple[str, ...]:
    """Return the further formats that the user allows. Raises UsageError for one that svs never reads."""
    names = tuple(name.strip() for name in more.split(",") if name.strip())
    for name in names:
        if not re.fullmatch(r"\w+", name, re.ASCII):
            raise UsageError(f"{name!r} is not an ffmpeg format", "`ffmpeg -demuxers` lists them.")
        if name.lower() in NAMING_OTHERS.split(","):
            raise UsageError(
                f"the format {name} is never allowed",
                "It contains no audio, or names other files or addresses.",
            )
    return names
