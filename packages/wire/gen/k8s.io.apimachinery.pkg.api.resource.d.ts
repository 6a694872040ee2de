export * from "./k8s.io/apimachinery/pkg/api/resource/generated_pb.js";
