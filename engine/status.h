/* The result codes that every room returns, and their texts. */
#ifndef SIFT_ENGINE_STATUS_H
#define SIFT_ENGINE_STATUS_H

#ifdef __cplusplus
extern "C" {
#endif

/* 0 is fine, 1 is the end of what was asked for, negatives are errors. The order is part of sift_status_text(). */
enum sift_status {
  SIFT_OK = 0,
  SIFT_END = 1,
  SIFT_ENOMEM = -1,     /* memory could not be had */
  SIFT_EIO = -2,        /* the operating system refused; errno says why */
  SIFT_EFORMAT = -3,    /* not a file of the kind expected */
  SIFT_ECORRUPT = -4,   /* a file of that kind, but damaged */
  SIFT_ETRUNCATED = -5, /* the file stops before its end */
  SIFT_ELIMIT = -6,     /* more than a limit allows */
  SIFT_EINVAL = -7,     /* wrong usage */
  SIFT_ERULES = -8,     /* the rule set has errors; the list of problems says which */
  SIFT_EENGINE = -9,    /* Hyperscan or PCRE2 refused */
  SIFT_EVERSION = -10,  /* made by another version or another rule set */
};

/* A short English text without a full stop, e.g. "out of memory"; never NULL. Static storage, any thread. */
const char *sift_status_text(enum sift_status status);

#ifdef __cplusplus
}
#endif
#endif
