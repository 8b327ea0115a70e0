"""What a cluster needs to run a campaign: a script for SLURM, manifests for Kubernetes. Texts; nothing is started.

No cluster was at hand: what these say is tested as texts, by the job script that dask-jobqueue makes of the one, and
by the structure of the other. The pieces they start are those that the kill tests run on one machine.
"""

import shlex

SLURM = '''\
"""A campaign on SLURM: python campaign_slurm.py, on a node that may submit jobs. It goes on when it is run again.

Every worker is a job of one core: a node that is taken away costs a few blocks, which are done again elsewhere.
orthodrome[cluster] has to be installed where jobs run, in the same version.
"""

import subprocess
import sys

from dask_jobqueue import SLURMCluster

SETTINGS = dict(
    queue={partition!r},
    cores=1,
    processes=1,
    memory="4GB",
    walltime="{hours:02d}:00:00",
    job_script_prologue=["export OMP_NUM_THREADS=1"],
    job_extra_directives=["--requeue"],
    worker_extra_args=["--no-nanny", "--lifetime", "{lifetime}m", "--lifetime-stagger", "4m"],
)


def main() -> int:
    with SLURMCluster(**SETTINGS) as cluster:
        cluster.adapt(minimum_jobs=1, maximum_jobs={workers})
        command = ["orthodrome", "campaign", "run", *{arguments!r}, "--scheduler", cluster.scheduler_address]
        return subprocess.run(command).returncode


if __name__ == "__main__":
    sys.exit(main())
'''

KUBERNETES = """\
# A campaign on Kubernetes: kubectl apply -f campaign.yaml. Its store is on the volume; a pod that dies is made again,
# and goes on. The image has orthodrome[cluster] installed.
apiVersion: v1
kind: Service
metadata:
  name: orthodrome-scheduler
spec:
  selector:
    app: orthodrome-scheduler
  ports:
    - name: scheduler
      port: 8786
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: orthodrome-scheduler
spec:
  replicas: 1
  selector:
    matchLabels:
      app: orthodrome-scheduler
  template:
    metadata:
      labels:
        app: orthodrome-scheduler
    spec:
      containers:
        - name: scheduler
          image: {image}
          command: [dask, scheduler, --port, "8786", --no-dashboard]
          ports:
            - containerPort: 8786
          resources:
            requests: {{cpu: "1", memory: 2Gi}}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: orthodrome-worker
spec:
  replicas: {workers}
  selector:
    matchLabels:
      app: orthodrome-worker
  template:
    metadata:
      labels:
        app: orthodrome-worker
    spec:
      containers:
        - name: worker
          image: {image}
          command: [dask, worker, "tcp://orthodrome-scheduler:8786", --nthreads, "1", --no-nanny, --no-dashboard]
          env:
            - name: OMP_NUM_THREADS
              value: "1"
          resources:
            requests: {{cpu: "1", memory: 2Gi}}
            limits: {{memory: 4Gi}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: orthodrome-store
spec:
  accessModes: [ReadWriteOnce]
  resources:
    requests:
      storage: 10Gi
---
apiVersion: batch/v1
kind: Job
metadata:
  name: orthodrome-campaign
spec:
  backoffLimit: 100
  template:
    spec:
      restartPolicy: OnFailure
      containers:
        - name: client
          image: {image}
          command: [orthodrome, campaign, run]
          args: {arguments}
          volumeMounts:
            - name: store
              mountPath: /store
      volumes:
        - name: store
          persistentVolumeClaim:
            claimName: orthodrome-store
"""


def slurm(workers: int, partition: str, hours: int, arguments: str) -> str:
    """A Python script. Workers end themselves a little before their time, with the block that they have done."""
    return SLURM.format(
        workers=workers,
        partition=partition,
        hours=hours,
        lifetime=60 * hours - 5,
        arguments=shlex.split(arguments),
    )


def kubernetes(workers: int, image: str, arguments: str) -> str:
    """Manifests: a scheduler, its service, workers, a volume for the store, and the client as a job."""
    import json

    if any(sign.isspace() or sign in "\"'{}#" for sign in image):
        raise ValueError(f"image={image!r}: required is the name of a container image, without blanks and quotes")
    said = [*shlex.split(arguments), "--store", "/store/campaign.duckdb"]
    said += ["--scheduler", "tcp://orthodrome-scheduler:8786", "--patience", "600"]
    return KUBERNETES.format(workers=workers, image=image, arguments=json.dumps(said))
