"""Serves an application as the product is served: python -m tests.served MODULE:FUNCTION PORT WORKERS"""

import sys

from store_omni.kit.serving import serve

if __name__ == "__main__":
    _, application, port, workers = sys.argv
    sys.exit(serve(application, host="127.0.0.1", port=int(port), workers=int(workers)))
