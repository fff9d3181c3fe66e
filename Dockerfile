# One image for every part: by itself the embedded archive, with `--only` an api, a worker or a keeper beside servers.
FROM debian:12.12-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends python3 python3-venv && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY requirements.lock .
# Wheels whose digests the lock file names; the image below installs from these and from nowhere else.
RUN python3 -m venv tools \
    && tools/bin/pip wheel --require-hashes --no-deps --wheel-dir wheels -r requirements.lock
COPY . source
RUN tools/bin/pip install --no-index --find-links wheels hatchling \
    && tools/bin/pip wheel --no-index --no-deps --no-build-isolation --wheel-dir wheels ./source

FROM debian:12.12-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends python3 python3-venv fonts-liberation fonts-noto-core \
        fonts-noto-mono tesseract-ocr tesseract-ocr-osd tesseract-ocr-pol tesseract-ocr-ita tesseract-ocr-spa tesseract-ocr-eng \
        tesseract-ocr-deu tesseract-ocr-rus tesseract-ocr-heb tesseract-ocr-tha \
    && rm -rf /var/lib/apt/lists/*
RUN --mount=type=bind,from=build,source=/build/wheels,target=/wheels \
    python3 -m venv /opt/tabellion && /opt/tabellion/bin/pip install --no-index --find-links /wheels tabellion
# A number, so that whoever runs the image can see that it is not root.
RUN groupadd --gid 10001 tabellion \
    && useradd --system --uid 10001 --gid 10001 --home-dir /var/lib/tabellion --create-home tabellion
USER 10001:10001
WORKDIR /var/lib/tabellion
ENV PATH=/opt/tabellion/bin:$PATH PYTHONDONTWRITEBYTECODE=1 \
    TABELLION_HOME=/var/lib/tabellion/home TABELLION_HOST=0.0.0.0 TABELLION_PORT=8000
VOLUME /var/lib/tabellion
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s CMD \
    ["python3", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["tabellion", "serve"]
