"""How precise *What looks wrong here* is: what it says about real packages, each finding judged by reading."""
