// Only to name and pin modules whose files are wanted: nothing is built from here.
module slipway.test/cluster/crds

go 1.26.0

require (
	github.com/argoproj/argo-rollouts v1.10.1
	github.com/prometheus-operator/prometheus-operator v0.85.0
	github.com/vmware-tanzu/velero v1.18.3
	istio.io/api v1.31.1
	sigs.k8s.io/gateway-api v1.6.3
)
