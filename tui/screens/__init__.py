"""The screens: each keeps its state, reads in worker threads and hands its widgets what to show."""
