/* The ways a Space can fare, each with the verdict that is right for it: the truth's vocabulary. */
#ifndef SIFT_FLEETGEN_CASES_H
#define SIFT_FLEETGEN_CASES_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What the logs of the attempt that decides look like. */
enum sift_gen_shape {
  SIFT_GEN_SHAPE_HEALTHY,   /* builds, starts, serves */
  SIFT_GEN_SHAPE_QUIET,     /* the log begins in the middle, with no mark and no fault */
  SIFT_GEN_SHAPE_QUEUED,    /* a build header and nothing behind it */
  SIFT_GEN_SHAPE_BUILD,     /* a step of the build fails, dies or hangs */
  SIFT_GEN_SHAPE_FIRST,     /* the build fails before any other step */
  SIFT_GEN_SHAPE_PUSH,      /* all steps are well, the image cannot be pushed */
  SIFT_GEN_SHAPE_START,     /* the app dies while it starts */
  SIFT_GEN_SHAPE_UNHEALTHY, /* the app runs but never answers */
  SIFT_GEN_SHAPE_LATE,      /* serves, then is ended by the platform */
  SIFT_GEN_SHAPE_RECURRING, /* serves, and some requests fail */
  SIFT_GEN_SHAPE_NO_START,  /* builds, but the platform cannot run it */
  SIFT_GEN_SHAPE_HUB,       /* only the Hub itself says something; an earlier attempt may have run */
  SIFT_GEN_SHAPE_ALONE,     /* the same, and there is no log at all */
};

/* What a Space is made of; a case may need one of them. */
enum sift_gen_family { SIFT_GEN_SDK, SIFT_GEN_PYTHON, SIFT_GEN_NODE, SIFT_GEN_JAVA, SIFT_GEN_GO, SIFT_GEN_FAMILIES };
enum {
  SIFT_GEN_OF_SDK = 1 << SIFT_GEN_SDK,
  SIFT_GEN_OF_PYTHON = 1 << SIFT_GEN_PYTHON,
  SIFT_GEN_OF_NODE = 1 << SIFT_GEN_NODE,
  SIFT_GEN_OF_JAVA = 1 << SIFT_GEN_JAVA,
  SIFT_GEN_OF_GO = 1 << SIFT_GEN_GO,
  SIFT_GEN_OF_ALL = (1 << SIFT_GEN_FAMILIES) - 1,
  SIFT_GEN_OF_DOCKER = SIFT_GEN_OF_ALL & ~SIFT_GEN_OF_SDK,
  SIFT_GEN_OF_PY = SIFT_GEN_OF_SDK | SIFT_GEN_OF_PYTHON,
};

struct sift_gen_case {
  const char *verdict;
  const char *branch; /* of the triage tree, or "" */
  enum sift_gen_shape shape;
  unsigned families;    /* set of SIFT_GEN_OF_… */
  const char *fault;    /* rule: what the log shows, or NULL */
  const char *platform; /* rule: what the Hub says above the log, or NULL */
  bool traceback;       /* a Python traceback goes before `fault` */
  bool quoted;          /* the Hub quotes the end of the run log as the reason */
};

/* An app: what it is made of and what it prints. */
struct sift_gen_app {
  enum sift_gen_family family;
  const char *start, *ready, *chat; /* rules; `ready` NULL: it never says so */
  const char *request_error;        /* rule: one request that raises */
};

/* The cases of a fault, those of one verdict in a row. */
const struct sift_gen_case *sift_gen_cases(size_t *count);

/* Where each verdict's cases begin in sift_gen_cases(): `starts` has room for one more than there are cases and ends with
 * their count. Returns how many verdicts there are. */
size_t sift_gen_case_starts(size_t *starts);

extern const struct sift_gen_case sift_gen_case_healthy, sift_gen_case_quiet, sift_gen_case_incident;

const struct sift_gen_app *sift_gen_apps(size_t *count);

/* The app of a Space whose log shows neither mark nor fault. */
extern const struct sift_gen_app sift_gen_app_quiet[2];

/* Whether attempts of this shape hold run-time chatter. */
bool sift_gen_shape_serves(enum sift_gen_shape shape);

#ifdef __cplusplus
}
#endif
#endif
