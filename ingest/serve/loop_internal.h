/* The loop as its own files see it: loop.c the thread, loop_scan.c batches and entries, conn*.c connections. */
#ifndef SIFT_INGEST_SERVE_LOOP_INTERNAL_H
#define SIFT_INGEST_SERVE_LOOP_INTERNAL_H

#include <event2/bufferevent.h>
#include <event2/event.h>
#include <pthread.h>

#include "engine/worker.h"
#include "ingest/serve/gather.h"
#include "ingest/serve/loop.h"
#include "ingest/serve/scratch.h"
#include "ingest/stream_cache.h"

enum {
  SIFT_INBOX_BYTES = 256 * 1024,  /* read at once */
  SIFT_READS_A_TURN = 4,          /* of one connection, before others have theirs */
  SIFT_OUT_BYTES_MAX = 64 * 1024, /* answers that a peer does not read */
  SIFT_RAW_BYTES = 16 * 1024,     /* a block of raw lines that is scanned where it stands */
};

struct sift_conn;

/* An answer that waits until what it acknowledges is safe. */
struct sift_ack {
  struct sift_ack *next;
  struct sift_conn *conn; /* NULL: it was closed meanwhile */
  uint64_t seq;           /* 0: not known yet */
  struct sift_chunk_key key;
  int64_t received_ns; /* monotonic */
  uint32_t len;
  char reply[];
};

struct sift_acks {
  struct sift_ack *head, **tail;
};

/* Handed over by the acceptor. */
struct sift_newcomer {
  struct sift_newcomer *next;
  size_t port;
  int fd;
  char peer[];
};

/* What a listener's damage comes to until the next entry. */
struct sift_damage_count {
  uint64_t count[SIFT_REASONS];
  uint64_t offset[SIFT_REASONS];
  bool any;
};

/* What came of one listener and is not handed on yet. */
struct sift_intake {
  struct sift_gather gather;
  struct sift_damage_count damage;
  struct sift_chunk_key *chunks; /* complete with what was gathered */
  size_t chunk_count, chunk_capacity;
  struct sift_acks acks; /* for the next entry's number */
};

struct sift_loop {
  struct sift_hub *hub;
  unsigned number;
  int wake_fd;
  struct event_base *base;
  struct event *wake_event, *tick;
  pthread_t thread;

  const struct sift_database *_Atomic database;
  const struct sift_database *_Atomic next_database; /* NULL: none */
  struct sift_worker *worker;
  struct sift_event_sink sink; /* the worker's */
  size_t scanning;             /* the port whose batch the worker has */
  struct sift_stream_cache *cache;
  uint64_t generation; /* of the streams that the cache knows */
  struct sift_protocol_scratch scratch;
  struct sift_intake *intakes;    /* by port */
  struct sift_pack events;        /* of the batch being scanned */
  struct sift_pack header;        /* of events, for the tap */
  struct sift_entry_lines *lines; /* of batches that were scanned, for the next entry */
  size_t line_count, line_capacity;
  struct sift_arena names; /* of the Spaces in `lines` */
  struct sift_cleaner cleaner;
  struct sift_journal_packer *packer;
  uint64_t loop_seq, last_seq;

  struct sift_acks waiting;   /* in order of number */
  struct sift_acks elsewhere; /* of chunks that another connection sent */

  char *inbox; /* SIFT_INBOX_BYTES and padding */
  struct sift_conn *conns;
  size_t queued;      /* bytes of the budget that this loop holds */
  int64_t checked_ns; /* monotonic: when timeouts were last looked at */

  pthread_mutex_t lock; /* of newcomers */
  struct sift_newcomer *newcomers;
  _Atomic uint64_t open;
  _Atomic int64_t beat_ns; /* monotonic: the last tick */
  int64_t stop_ns;         /* monotonic deadline, once stopping is seen; 0: not yet */
  _Atomic unsigned stop_timeout_ms;
  _Atomic bool stopping;
  bool started;
  bool paused;     /* no connection is read */
  bool hurried;    /* the tick comes each few milliseconds; else slowly, as nothing waits for it */
  bool heard;      /* something was read since the last tick */
  bool chunk_open; /* a chunk is being taken: it must not be divided over entries */
  struct sift_loop_counters counters;
};

struct sift_conn {
  struct sift_conn *next, **link;
  struct sift_loop *loop;
  const struct sift_port *port;
  size_t port_number;
  struct sift_protocol *protocol;
  struct sift_live_sink sink;
  int fd;
  struct event *readable, *writable; /* plain */
  struct bufferevent *tls;           /* TLS; owns the descriptor */
  char *rest;                        /* what the protocol left over, SIFT_PADDING behind */
  size_t rest_len, rest_capacity;
  size_t held; /* by the protocol itself */
  char *out;   /* plain: what could not be sent at once */
  size_t out_len, out_capacity;
  int64_t heard_ns;            /* monotonic: the last byte */
  int64_t frame_ns;            /* since when an incomplete frame waits; 0: none does */
  uint32_t acks;               /* that wait */
  struct sift_chunk_key chunk; /* being taken */
  enum { SIFT_CHUNK_NONE, SIFT_CHUNK_OWN, SIFT_CHUNK_AGAIN } chunk_kind;
  uint64_t chunk_seq; /* AGAIN: the entry that holds it, or 0 */
  bool secured;       /* the handshake of TLS is done */
  bool peer_done;
  bool closing; /* nothing more is read: what is still to be said is waited for */
  enum sift_close closing_why;
  char peer[64];
};

/* ---- loop.c ---- */
int64_t sift_monotonic_ns(void);
int64_t sift_realtime_ns(void);
void sift_loop_fatal(struct sift_loop *loop, enum sift_status status);
void sift_loop_hear(struct sift_loop *loop); /* something comes of a connection: the tick must not be slow */
void sift_loop_hold(struct sift_loop *loop, size_t bytes);
void sift_loop_drop(struct sift_loop *loop, size_t bytes);

/* ---- loop_scan.c ---- */

/* Around a chunk: all that comes between goes to one entry with its id, be it many batches long, so that a crash leaves all of it or
 * nothing. Only one whose events or Spaces are more than an entry can hold is divided all the same. */
void sift_loop_chunk_begin(struct sift_loop *loop);
enum sift_status sift_loop_chunk_end(struct sift_loop *loop, size_t port);

/* The number of a record's stream; what is wrong with its names is counted. */
uint32_t sift_loop_stream(struct sift_loop *loop, size_t port, struct sift_span space, struct sift_span channel);
void sift_loop_damage(struct sift_loop *loop, size_t port, enum sift_reason reason, uint64_t count);
enum sift_status sift_loop_chunk_done(struct sift_loop *loop, size_t port, struct sift_chunk_key key);

/* Scans what was gathered of a port, or a block of raw lines that stands elsewhere (`survey`: of it), and hands the entry on. */
enum sift_status sift_loop_flush(struct sift_loop *loop, size_t port);
enum sift_status sift_loop_flush_all(struct sift_loop *loop);
enum sift_status sift_loop_scan_raw(struct sift_loop *loop, size_t port, uint32_t stream, char *text, size_t len,
                                    struct sift_survey survey);
enum sift_status sift_loop_worker(struct sift_loop *loop, const struct sift_database *database);

/* ---- conn.c ---- */
void sift_conn_adopt(struct sift_loop *loop, size_t port, int fd, const char *peer);
void sift_conn_close(struct sift_conn *conn, enum sift_close why);
void sift_conn_pause(struct sift_conn *conn, bool pause);
bool sift_conn_starving(const struct sift_hub *hub);          /* what connections have begun is most of the memory */
void sift_conn_check(struct sift_conn *conn, int64_t now_ns); /* timeouts */
void sift_conn_drain(struct sift_conn *conn);                 /* reads what has come */
enum sift_status sift_conn_send(struct sift_conn *conn, struct sift_span bytes);
void sift_conn_acked(struct sift_conn *conn); /* an ack went out: one that waited for the last of them closes */

/* ---- conn_sink.c ---- */
void sift_conn_sink(struct sift_conn *conn);
void sift_conn_forget_chunk(struct sift_conn *conn);

/* ---- acks.c ---- */
void sift_acks_init(struct sift_acks *acks);
void sift_acks_release(struct sift_loop *loop, struct sift_acks *acks);
enum sift_status sift_acks_add(struct sift_conn *conn, struct sift_span reply);
void sift_acks_assign(struct sift_loop *loop, size_t port, uint64_t seq); /* those that waited for this entry's number */
void sift_acks_send(struct sift_loop *loop);                              /* those that are safe now */
void sift_acks_orphan(struct sift_conn *conn);                            /* it closes */
bool sift_acks_pending(const struct sift_loop *loop);

#endif
