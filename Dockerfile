# A model over HTTP: docs/serve.md says how to build and run it.
ARG PYTHON=3.13

FROM python:${PYTHON}-slim AS build
WORKDIR /src
RUN python -m venv /opt/imgpipe
ENV PATH=/opt/imgpipe/bin:$PATH
# dependencies have a layer of their own, which an edit of the sources leaves alone
COPY pyproject.toml setup.cfg constraints.txt README.md LICENSE ./
COPY imgpipe/__init__.py imgpipe/__init__.py
RUN pip install --no-cache-dir --constraint constraints.txt '.[serve]' \
    && pip uninstall --yes imgpipe opencv-python \
    && pip install --no-cache-dir --no-deps \
        "$(sed -n 's/^opencv-python=/opencv-python-headless=/p' constraints.txt)"
COPY imgpipe imgpipe
RUN pip install --no-cache-dir --no-deps . \
    && mkdir /compiled \
    && NUMBA_CACHE_DIR=/compiled imgpipe doctor --warm features

FROM python:${PYTHON}-slim
RUN useradd --system --uid 10001 --home-dir /nonexistent --shell /usr/sbin/nologin imgpipe
COPY --from=build /opt/imgpipe /opt/imgpipe
COPY --from=build --chown=10001:10001 /compiled /compiled
ENV PATH=/opt/imgpipe/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    NUMBA_CACHE_DIR=/compiled \
    IMGPIPE_CACHE=/tmp/imgpipe
USER 10001
WORKDIR /model
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/health', timeout=4)"]
# an address that other machines reach: IMGPIPE_TOKEN is needed
ENTRYPOINT ["imgpipe", "serve", "--host", "0.0.0.0", "--port", "8000"]
CMD ["model.imgpipe"]
