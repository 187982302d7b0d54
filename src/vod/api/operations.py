"""What the API's OpenAPI document says of each operation beside its shapes; no function loads this."""

from typing import NamedTuple

TITLE = "Video transcoding platform"
DESCRIPTION = """Upload a video, wait until it is ready, let people watch it.

Every call carries an API key or an id token in `Authorization: Bearer`, but for those whose address is the proof.
Names are in camel case, times in ISO 8601 (UTC), sizes in bytes, lengths in seconds, rates in bits per second. An
answer that refuses is always an `Error`: a stable `code` for programs, a `message` for people, which says what to do.
Answers to API keys say in `RateLimit` how many requests are left in this minute."""
TAGS = {
    "upload": "From a new video to all of its bytes",
    "library": "Videos and their runs",
    "deliver": "What players need",
    "captions": "Subtitles, also after a video is ready",
    "download": "Files to keep",
    "share": "Links for people without an account",
    "webhooks": "Events sent to your own servers",
    "keys": "API keys, for programs; people make them with their id token",
    "session": "For the web page alone: its session in a cookie",
}

KEY = "A name of your own for this creation: the same request with the same key within 24 h answers the same video"
IF_MATCH = "Change nothing, and answer 412, unless the video still has this `ETag`"


class Operation(NamedTuple):
    """What generated clients call it, and what one has to know to call it."""

    id: str
    description: str


OPERATIONS: dict[tuple[str, str], Operation] = {
    ("post", "/videos"): Operation(
        "createVideo",
        "Announce a file as JSON; the answer says where to PUT it: at one address, or above 64 MiB in parts. Or send a "
        "file of at most 4 MiB itself, with `filename` in the query. Or name a `url` that the platform fetches: https, "
        "or `s3://BUCKET/KEY` of a bucket in `ImportBuckets`.",
    ),
    ("get", "/videos"): Operation(
        "listVideos",
        "Your videos, newest first unless you `sort`; an administrator sees those of all owners. A video is found when "
        "all that is given fits. Words are found by their beginnings, in any case and without accents. "
        "Pass the `cursor` of a page, with the same query, to get the next one.",
    ),
    ("get", "/videos/{video_id}"): Operation("getVideo", "Status, progress, renditions, addresses and costs."),
    ("patch", "/videos/{video_id}"): Operation("changeVideo", "What is absent stays as it is."),
    ("delete", "/videos/{video_id}"): Operation(
        "deleteVideo",
        "Its source, everything made from it, its links and its record. 202 when that takes more than 20 s: it "
        "continues in the background. Idempotent: the receipt is kept for 90 days.",
    ),
    ("get", "/videos/{video_id}/upload"): Operation(
        "getUpload", "Fresh addresses, and the parts that arrived: continue here after any break."
    ),
    ("delete", "/videos/{video_id}/upload"): Operation("abortUpload", "Its parts and its video are gone at once."),
    ("post", "/videos/{video_id}/upload/complete"): Operation(
        "completeUpload",
        "Join the parts, each with the ETag that its PUT was answered with. Idempotent. 409 `busy`: they are being "
        "joined already, ask again in a moment.",
    ),
    ("post", "/videos/{video_id}/upload/token"): Operation(
        "createUploadToken",
        "Give it to a browser of somebody without an account: with it in `Authorization: Bearer`, `getUpload`, "
        "`completeUpload` and `abortUpload` of this one video work for an hour, and nothing else does.",
    ),
    ("post", "/videos/{video_id}/cancel"): Operation(
        "cancelVideo",
        "A retry encodes it after all. Of a ready video it stops the rendition that is encoded again. `playback` is "
        "null in this answer. Idempotent.",
    ),
    ("post", "/videos/{video_id}/retry"): Operation(
        "retryVideo",
        "Idempotent. Without a body a failed or cancelled video is queued again; an administrator's retry approves one "
        "that costs too much. With a `rendition` a ready video stays playable while that one is made anew. "
        "`playback` is null in this answer.",
    ),
    ("get", "/videos/{video_id}/playback"): Operation(
        "playVideo", "Addresses that work by themselves (`signed`), and others that need the cookies of this answer."
    ),
    ("get", "/public/{video_id}/playback"): Operation(
        "playPublicVideo", "Only of a platform whose videos are public (`PlaybackAccess`); 401 on any other."
    ),
    ("get", "/shares/{token}/playback"): Operation("playSharedVideo", "The token ends a link's address."),
    ("get", "/videos/{video_id}/download"): Operation(
        "downloadVideo",
        "One MP4 of a rendition with a sound track, or an M4A of a sound track, for editors and for watching offline. "
        "It is made when it is first asked for, in seconds, without encoding anything, and kept for days: 202 with its "
        "progress until 200 has its address. Ask again every two seconds.",
    ),
    ("get", "/shares/{token}/download"): Operation(
        "downloadSharedVideo", "Where `ViewersMayDownload`, or the video's own `downloads`, lets viewers."
    ),
    ("get", "/public/{video_id}/download"): Operation(
        "downloadPublicVideo", "Where `ViewersMayDownload`, or the video's own `downloads`, lets viewers."
    ),
    ("get", "/videos/{video_id}/original"): Operation(
        "downloadOriginal", "The uploaded file, byte for byte. The address works for an hour."
    ),
    ("get", "/videos/{video_id}/captions"): Operation(
        "listCaptions", "Those of the uploaded file and those that were added, in the order of players' menus."
    ),
    ("post", "/videos/{video_id}/captions"): Operation(
        "addCaptions",
        "The body is a WebVTT or SubRip file of at most 4 MiB, of any content type and character set of its language. "
        "Players find it within seconds, while the video stays ready.",
    ),
    ("put", "/videos/{video_id}/captions/{caption_id}"): Operation(
        "replaceCaptions", "The body is a file as for adding; language, label and kind stay."
    ),
    ("patch", "/videos/{video_id}/captions/{caption_id}"): Operation(
        "changeCaptions", "What is absent stays as it is. One track of a video is the default, or none is."
    ),
    ("delete", "/videos/{video_id}/captions/{caption_id}"): Operation(
        "removeCaptions", "Its files stay for a day, for whoever is watching. Idempotent."
    ),
    ("get", "/videos/{video_id}/manifest/{run}/{name}"): Operation(
        "getManifest", "Its address, with its signature, comes from the other calls; every address in it is signed."
    ),
    ("get", "/videos/{video_id}/manifest/{run}/{name}/{playlist}"): Operation(
        "getPlaylist", "Its address, with its signature, stands in a manifest."
    ),
    ("get", "/videos/{video_id}/shares"): Operation("listShares", "Without their addresses, which nobody keeps."),
    ("post", "/videos/{video_id}/shares"): Operation(
        "createShare", "Its address is in this answer only. It can be bound to some sites, and ends by itself."
    ),
    ("delete", "/videos/{video_id}/shares/{share_id}"): Operation(
        "revokeShare",
        "It opens nothing any more; who watches already can go on until their signature ends: cookies within an hour, "
        "signed URLs within 13 hours.",
    ),
    ("get", "/keys"): Operation(
        "listKeys", "Without the keys themselves, which nobody keeps. An administrator may list those of an `owner`."
    ),
    ("post", "/keys"): Operation(
        "createKey",
        "The key itself (`secret`) is in this answer only. It acts for you, as no administrator, within its scopes: "
        "`read` for all that only reads, `upload` for creating videos and sending their files, `manage` for the rest.",
    ),
    ("delete", "/keys/{key_id}"): Operation(
        "revokeKey", "It opens nothing any more after a minute. An administrator may revoke anybody's. Idempotent."
    ),
    ("get", "/webhooks"): Operation("listWebhooks", "Without their secrets."),
    ("post", "/webhooks"): Operation(
        "createWebhook",
        "Events of your videos are sent there, signed as Standard Webhooks are; the `secret` is in this answer only.",
    ),
    ("patch", "/webhooks/{webhook_id}"): Operation("changeWebhook", "What is absent stays as it is."),
    ("delete", "/webhooks/{webhook_id}"): Operation("deleteWebhook", "What waits to be sent is dropped. Idempotent."),
    ("post", "/webhooks/{webhook_id}/secret"): Operation(
        "renewWebhookSecret", "What is sent from now on is signed with it, and with no other."
    ),
    ("get", "/webhooks/{webhook_id}/deliveries"): Operation(
        "listDeliveries", "The last hundred, newest first; each is kept for 30 days."
    ),
    ("post", "/webhooks/{webhook_id}/deliveries/{delivery_id}/retry"): Operation(
        "retryDelivery",
        "The same body with the same `webhook-id`, and as many tries as the first time. First switch on a "
        "webhook that is off.",
    ),
    ("post", "/session"): Operation(
        "startSession", "For a code of the sign-in page; a cookie holds the refresh token."
    ),
    ("post", "/session/token"): Operation("renewSession", "For the session's cookie."),
    ("delete", "/session"): Operation("endSession", "The refresh token is revoked and the cookie removed."),
}
"""By method and path."""
