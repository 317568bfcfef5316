/* Why a part of the input was not used: every reason has a name, a text and a counter. */
#ifndef SIFT_ENGINE_REASON_H
#define SIFT_ENGINE_REASON_H

#ifdef __cplusplus
extern "C" {
#endif

/* The order is by name, so that tables come out sorted. Names are part of the report's format. */
enum sift_reason {
  SIFT_REASON_AUTH_FAILED,      /* auth_failed: the peer's shared key, user or password is wrong; the connection was closed */
  SIFT_REASON_AUTH_MISSING,     /* auth_missing: records before the handshake; the connection was closed */
  SIFT_REASON_BAD_SPACE_NAME,   /* bad_space_name: not owner/name of letters, digits, '.', '_', '-'; counted under "-" */
  SIFT_REASON_BAD_TIME,         /* bad_time: outside 1990 to 2100, or not a time; the record is kept, undated */
  SIFT_REASON_CORRUPT,          /* corrupt: damaged compressed data; the rest of the shard is lost */
  SIFT_REASON_DICTIONARY,       /* dictionary: needs a zstd dictionary */
  SIFT_REASON_DIRECTORY_LOOP,   /* directory_loop: a directory that leads back to itself; skipped */
  SIFT_REASON_EMPTY,            /* empty: a file without a byte */
  SIFT_REASON_FORWARD_CHUNK_ID, /* forward_chunk_id: a chunk's id that no ack can hold; the connection was closed */
  SIFT_REASON_FORWARD_ENTRY,    /* forward_entry: not an entry of a time and a record; dropped */
  SIFT_REASON_FORWARD_JSON,     /* forward_json: JSON on a Forward listener; the connection was closed */
  SIFT_REASON_FORWARD_SIGNAL,   /* forward_signal: metrics, traces or the like instead of logs; acked and dropped */
  SIFT_REASON_FRAME_SYNTAX,     /* frame_syntax: not a frame of the protocol; it was dropped, or the connection closed */
  SIFT_REASON_FRAME_TOO_LONG,   /* frame_too_long: a frame over the limit; cut there, or the connection closed */
  SIFT_REASON_INFLATED_LIMIT,   /* inflated_limit: decompresses to more than the limit; dropped */
  SIFT_REASON_JSON_DEPTH,       /* json_depth: nested too deeply; the record is dropped */
  SIFT_REASON_JSON_SYNTAX,      /* json_syntax: not JSON; the record is dropped */
  SIFT_REASON_JSON_TEXT,        /* json_text: the text field is absent or no string; the record is dropped */
  SIFT_REASON_LINE_CUT,         /* line_cut: longer than SIFT_LINE_BYTES_MAX; scanned in pieces */
  SIFT_REASON_MATCH_LIMIT,      /* match_limit: PCRE2 gave up on the line, which counts as no match of that pattern */
  SIFT_REASON_NO_SPACE,         /* no_space: the line names no Space; counted under "-" */
  SIFT_REASON_NOT_A_FILE,       /* not_a_file: a socket, device or the like; skipped */
  SIFT_REASON_OVERFLOW_DROPPED, /* overflow_dropped: over the memory limit, where it was said to drop then */
  SIFT_REASON_OWN_FILE,         /* own_file: a state or events file among the logs; skipped */
  SIFT_REASON_RECORD_TOO_LONG,  /* record_too_long: a wrapped record over SIFT_LINE_BYTES_MAX; dropped */
  SIFT_REASON_SPACE_LIMIT,      /* space_limit: over the cap on Spaces; counted under the overflow Space */
  SIFT_REASON_STREAM_LIMIT,   /* stream_limit: more Spaces in one shard than are remembered; open steps and times were forgotten */
  SIFT_REASON_TRAILING_BYTES, /* trailing_bytes: something else after the compressed data; the rest is lost */
  SIFT_REASON_TRUNCATED,      /* truncated: the shard stops in the middle of a frame or member */
  SIFT_REASON_UNREADABLE,     /* unreadable: the system refused to open or read it */
  SIFT_REASON_UTF8_REPAIRED,  /* utf8_repaired: invalid UTF-8 inside JSON, replaced by U+FFFD; the record is kept */
  SIFT_REASON_WINDOW_LIMIT,   /* window_limit: a zstd window over the limit */
  SIFT_REASONS
};

/* The name as in the comments above, e.g. "json_syntax". */
const char *sift_reason_name(enum sift_reason reason);

/* What to tell a person: what happened and what to do. */
const char *sift_reason_text(enum sift_reason reason);

/* True when input was lost or may be wrong, so that the exit status is 1; forward_signal, no_space and utf8_repaired lose no log. */
int sift_reason_is_damage(enum sift_reason reason);

#ifdef __cplusplus
}
#endif
#endif
