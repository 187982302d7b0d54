"""An answer of each kind for the OpenAPI document, as the platform gave them to a clip of eight seconds; addresses and
signatures are shortened. A test compares them with the schemas."""

from typing import Any

_ID, _RUN = "3f9c1d7ab2e04c58a6d1", "8e1f0a4b6c2d"
_BASE = f"https://video.example.com/videos/{_ID}/{_RUN}"
_SIGNED = f"https://video.example.com/api/videos/{_ID}/manifest/{_RUN}"
_PROOF = "policy=eyJTdGF0ZW1lbnQ...&sign=kW1vZ...&key=K2JCJMDEHXQW5F"
_BUCKET = f"https://source.example.com/uploads/{_ID}/source"
_CREATED, _UPDATED = "2026-01-02T03:04:05.678Z", "2026-01-02T03:04:15.678Z"
_EXPIRES, _FINISH = "2026-01-02T04:04:05.678Z", "2026-01-03T03:04:05.678Z"
_PLAYBACK = {
    "hls": f"{_BASE}/index.m3u8",
    "dash": f"{_BASE}/index.mpd",
    "poster": f"{_BASE}/poster.jpg",
    "storyboard": f"{_BASE}/storyboard.vtt",
}
_BY_ITSELF = {
    "hls": f"{_SIGNED}/index.m3u8?{_PROOF}",
    "dash": f"{_SIGNED}/index.mpd?{_PROOF}",
    "poster": f"{_BASE}/poster.jpg?Policy=eyJTdGF0ZW1lbnQ...",
    "storyboard": f"{_SIGNED}/storyboard.vtt?{_PROOF}",
}
_NEW: dict[str, Any] = {
    "id": _ID,
    "status": "awaiting_upload",
    "waitsFor": None,
    "progress": 0,
    "title": "Clip",
    "tags": ["holiday"],
    "externalId": "order-1042",
    "metadata": {"course": "biology"},
    "downloads": None,
    "profile": "default",
    "import": None,
    "filename": "clip.mp4",
    "size": 2748464,
    "duration": None,
    "source": None,
    "renditions": [],
    "sound": [],
    "remake": None,
    "playback": None,
    "warnings": [],
    "error": None,
    "cost": None,
    "createdAt": _CREATED,
    "updatedAt": _CREATED,
}
_READY: dict[str, Any] = {
    **_NEW,
    "status": "ready",
    "progress": 100,
    "duration": 8.0,
    "source": {
        "container": "mov",
        "duration": 8.0,
        "size": 2748464,
        "video": {
            "codec": "h264",
            "width": 1280,
            "height": 720,
            "rotation": 0,
            "frameRate": 30.0,
            "interlaced": False,
            "pixelFormat": "yuv420p",
        },
        "audio": [{"codec": "aac", "channels": 2, "sampleRate": 48000, "language": "en", "title": None}],
    },
    "renditions": [
        {
            "name": "v720",
            "width": 1280,
            "height": 720,
            "codec": "avc1.64001f",
            "frameRate": 30.0,
            "frames": 240,
            "segments": 2,
            "bitrate": 2782000,
            "peakBitrate": 2812000,
            "bytes": 2782000,
        }
    ],
    "sound": [
        {
            "name": "a0",
            "label": "English",
            "language": "en",
            "role": "main",
            "default": True,
            "channels": 2,
            "codec": "mp4a.40.2",
            "bitrate": 128000,
            "bytes": 128000,
            "loudness": {"integrated": -23.0, "range": 6.5, "peak": -1.2, "gain": 0.0},
        }
    ],
    "playback": _BY_ITSELF,
    "updatedAt": _UPDATED,
}
_COST = {
    "tasks": 1,
    "taskSeconds": 60,
    "tasksUsd": 0.000791,
    "requestsUsd": 0.000485,
    "totalUsd": 0.001276,
    "storageUsdPerMonth": 0.000164,
}
_SHARE = {
    "id": "5d41402abc4b2a76b9719d911017c5925d41402abc4b2a76b9719d911017c592",
    "createdAt": _CREATED,
    "expiresAt": "2026-01-09T03:04:05.678Z",
    "sites": ["https://example.com"],
}
_OPENED = {"playback": _PLAYBACK, "signed": _BY_ITSELF, "expiresAt": _EXPIRES}
_ONE_PUT = {
    "method": "PUT",
    "url": f"{_BUCKET}?X-Amz-Signature=...",
    "headers": {"If-None-Match": "*", "Content-Type": "video/mp4"},
    "expiresAt": _EXPIRES,
    "finishBy": _FINISH,
}
_IN_PARTS = {
    "uploadId": "VXBsb2FkIElE...",
    "partSize": 8388608,
    "parts": [{"partNumber": 2, "url": f"{_BUCKET}?partNumber=2&X-Amz-Signature=..."}],
    "arrived": [{"partNumber": 1, "etag": "5d41402abc4b2a76b9719d911017c592", "size": 8388608}],
    "expiresAt": _EXPIRES,
    "finishBy": _FINISH,
}
_KEY = {
    "id": "5a1f0c9d3e7b2468",
    "name": "Nightly imports",
    "scopes": ["read", "upload"],
    "createdAt": _CREATED,
    "expiresAt": "2027-01-02T03:04:05.678Z",
    "lastUsedAt": _UPDATED,
}
_WEBHOOK = {
    "id": "7c2e91f04b6d8a35",
    "url": "https://example.com/hook",
    "events": ["VideoFailed", "VideoReady"],
    "isOn": True,
    "createdAt": _CREATED,
    "failingSince": None,
    "offSince": None,
}
_DELIVERY = {
    "id": "1767323055678-0d9c4b7a6e21",
    "event": "VideoReady",
    "videoId": _ID,
    "createdAt": _UPDATED,
    "state": "delivered",
    "tries": 1,
    "status": 204,
}
_CAPTION = {
    "id": "c5f1a09e3",
    "language": "de",
    "label": "Deutsch",
    "kind": "subtitles",
    "isDefault": False,
    "origin": "uploaded",
    "url": "https://video.example.com/videos/3f9c1d7ab2e04c58a6d1/0123456789ab/c5f1a09e3_7d20c4/subtitles.vtt?Policy=eyJT...",
}
EXAMPLES: dict[str, dict[str, Any]] = {
    "Error": {
        "code": "not_found",
        "message": "There is no such video. List yours with GET /videos.",
        "requestId": "1c3f6f0e-8a58-4d9c-9a51-0d7f6f2f3c11",
    },
    "Created": {
        "video": _NEW,
        "upload": _ONE_PUT,
        "estimate": {"usd": 0.0011, "assumes": "1080p at 30 fps and 10 Mbit/s", "leastUsd": 0.0004, "mostUsd": 0.0046},
    },
    "Remaining": {"video": {**_NEW, "size": 16000000}, "upload": _IN_PARTS},
    "VideoAnswer": {"video": {**_READY, "cost": _COST}},
    "Page": {"videos": [_READY], "cursor": None},
    "Deletion": {
        "deletion": {
            "id": _ID,
            "askedAt": _CREATED,
            "completedAt": _UPDATED,
            "removed": {
                "sourceVersions": 1,
                "partialUploads": 0,
                "outputObjects": 14,
                "executions": 0,
                "scratchFiles": 0,
            },
            "invalidation": "I2J0I21PCUYOIK",
        }
    },
    "Opened": _OPENED,
    "OpenedToStrangers": {
        **_OPENED,
        "video": {"id": _ID, "title": "Clip", "duration": 8.0},
        "sites": ["https://example.com"],
        "downloads": [{"name": "v720", "width": 1280, "height": 720, "codec": "avc1.64001f", "bytes": 2782000}],
    },
    "CaptionAnswer": {"caption": _CAPTION},
    "Captions": {"captions": [_CAPTION]},
    "DownloadAnswer": {
        "download": {
            "state": "ready",
            "progress": 100,
            "filename": "Clip 720p.mp4",
            "bytes": 2912345,
            "url": "https://video.example.com/downloads/3f9c1d7ab2e04c58a6d1/5d0c...e1.mp4?Policy=eyJT...",
            "expiresAt": _EXPIRES,
        }
    },
    "ShareAnswer": {"share": {**_SHARE, "url": "https://video.example.com/watch/3f9c1d7ab2e04c58a6d1#share=q83v..."}},
    "Shares": {"shares": [_SHARE]},
    "NewUploadToken": {"token": "vodu_f0Zq...", "expiresAt": _EXPIRES},
    "NewKey": {"key": {**_KEY, "lastUsedAt": None}, "secret": "vod_5a1f0c9d3e7b2468_Xk3v..."},
    "Keys": {"keys": [_KEY]},
    "NewWebhook": {"webhook": _WEBHOOK, "secret": "whsec_8Jx1..."},
    "WebhookAnswer": {"webhook": _WEBHOOK},
    "Webhooks": {"webhooks": [_WEBHOOK]},
    "NewSecret": {"secret": "whsec_p3Vd..."},
    "DeliveryAnswer": {"delivery": {**_DELIVERY, "state": "pending", "tries": 0}},
    "Deliveries": {"deliveries": [_DELIVERY]},
    "Token": {"idToken": "eyJraWQiOi..."},
}
"""By the name of the answer's model."""
